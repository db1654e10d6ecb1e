import Testing

@testable import Wire

struct RequestTargetTests {
    @Test(arguments: [
        ("/", "/"), ("/a/b", "/a/b"), ("/a//b", "/a//b"), ("/a/./b", "/a/b"), ("/a/../b", "/b"),
        ("/a/b/..", "/a/"),
        ("/a/b/.", "/a/b/"), ("/%61", "/a"), ("/a%2Fb", "/a/b"), ("/a/%2e%2e/b", "/b"), ("/%C3%A5", "/å"),
        ("/.well-known/x", "/.well-known/x"), ("/..a/...", "/..a/..."), ("/a%20b+c", "/a b+c"),
        ("/a/..", "/"),
        ("/a%2f..%2fb", "/b"), ("http://a", "/"), ("http://a?x", "/"), ("HTTPS://a/b?x", "/b"),
    ])
    func `a path is decoded and loses its dots`(target: String, path: String) throws {
        #expect(try RequestTarget(Array(target.utf8).span, method: "GET").path == path)
    }

    @Test(arguments: [
        ("/", nil), ("/?", ""), ("/?a=b&c", "a=b&c"), ("/a?b?c", "b?c"), ("http://a?x/..", "x/.."),
    ])
    func `a query stays as it was sent`(target: String, query: String?) throws {
        #expect(try RequestTarget(Array(target.utf8).span, method: "GET").query == query)
    }

    @Test func `a star is for OPTIONS`() throws {
        #expect(try RequestTarget(Array("*".utf8).span, method: "OPTIONS").path == "*")
        #expect(throws: HTTPFailure.self) { try RequestTarget(Array("*".utf8).span, method: "GET") }
    }
}
