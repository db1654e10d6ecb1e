import Testing

@testable import Wire

struct RouteTableTests {
    private static let table: RouteTable<Int> = {
        var table = RouteTable<Int>()
        table.add("GET", "/healthz", 1)
        table.add("POST", "/echo", 2)
        table.add("DELETE", "/sessions/:key", 3)
        table.add("POST", "/sessions/:key/kill", 4)
        table.add("GET", "/ui/*file", 5)
        table.add("GET", "/sessions/mine", 6)
        return table
    }()

    @Test(arguments: [
        ("GET", "/healthz", "1"), ("HEAD", "/healthz", "1"), ("POST", "/healthz", "405 GET, HEAD"),
        ("GET", "/echo", "405 POST"), ("DELETE", "/sessions/a:b", "3 key=a:b"),
        ("POST", "/sessions/x/kill", "4 key=x"),
        ("POST", "/sessions//kill", "404"), ("GET", "/ui/a/b.js", "5 file=a/b.js"),
        ("GET", "/ui/", "5 file="),
        ("GET", "/sessions/mine", "6"), ("GET", "/", "404"), ("GET", "/healthz/", "404"),
        ("PUT", "/ui/x", "405 GET, HEAD"),
        ("GET", "*", "404"),
    ])
    func `a method and a path lead to a handler, or to what is allowed`(
        method: String, path: String, expected: String
    ) {
        let found: String
        switch Self.table.match(method, path) {
        case .found(let handler, let parameters):
            found = (["\(handler)"] + parameters.map { "\($0)=\($1)" }.sorted()).joined(separator: " ")
        case .methodNotAllowed(let allow): found = "405 \(allow)"
        case .notFound: found = "404"
        }
        #expect(found == expected)
    }
}
