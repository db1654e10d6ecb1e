import Testing

@testable import Wire

struct HTTPRequestTests {
    static func request(_ fields: String..., method: String = "GET", target: String = "/") throws
        -> HTTPRequest
    {
        var parser = HTTPParser(peer: ParserRun.peer)
        var place = 0
        let text =
            "\(method) \(target) HTTP/1.1\r\nHost: a\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
        guard case .request(let request) = parser.feed(Array(text.utf8).span, &place) else {
            throw HTTPFailure(status: 0, reason: "no request")
        }
        return request
    }

    @Test(arguments: [
        ("/?a=1&b=2", "b", "2"), ("/?a=1", "b", nil), ("/", "a", nil), ("/?a", "a", ""),
        ("/?a=b=c", "a", "b=c"),
        ("/?%61=%C3%A5+x", "a", "å x"), ("/?a=1&a=2", "a", "1"),
    ])
    func `a query's values are found and decoded`(target: String, name: String, value: String?) throws {
        #expect(try Self.request(target: target).queryValue(name) == value)
    }

    @Test(arguments: [
        ("\"x\"", true), ("W/\"x\"", true), ("\"y\", \"x\"", true), ("*", true), ("\"y\"", false),
        ("x", false),
    ])
    func `a version that the client has is not sent again`(known: String, isNotModified: Bool) throws {
        #expect(try Self.request("If-None-Match: \(known)").isNotModified(etag: "\"x\"") == isNotModified)
    }
}
