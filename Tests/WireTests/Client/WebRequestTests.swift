import Testing

@testable import Wire

struct WebRequestTests {
    @Test(arguments: ["http://h", "HTTPS://h:1/p?q#f", "http://u:p@h/", "https://[::1]:9/x"])
    func `ordinary addresses may be asked`(url: String) {
        #expect(throws: Never.self) { try WebRequest("GET", url).check() }
    }

    @Test(arguments: [
        "", "h", "file:///etc/passwd", "ftp://h", "http:/h", "http//h", "http://", "http:///x",
        "http://h/a b",
        "http://h/\r\nX: y", "http://h/\n", "http://h/\0", "gopher://h", "javascript:alert(1)",
        "http://h/\u{7f}",
    ])
    func `other addresses are refused`(url: String) {
        #expect(throws: WebError.self) { try WebRequest("GET", url).check() }
    }

    @Test(arguments: [
        ("A", "b\r\nC: d"), ("A", "b\nC: d"), ("A", "b\rC"), ("A", "b\0"), ("A\r\nB", "c"), ("A: B", "c"),
        ("", "c"),
        ("A ", "c"), ("Ä", "c"), ("A", "\u{1b}"),
    ])
    func `a header cannot carry a second one`(name: String, value: String) {
        #expect(throws: WebError.self) { try WebRequest("GET", "http://h", headers: [(name, value)]).check() }
    }

    @Test(arguments: ["", "GET /x HTTP/1.1\r\nA:", "G T", "GET\n"])
    func `a method is one word`(method: String) {
        #expect(throws: WebError.self) { try WebRequest(method, "http://h").check() }
    }

    @Test func `a proxy cannot carry a line break`() {
        var request = WebRequest("GET", "http://h")
        request.proxy = "http://p\r\nX: y"
        #expect(throws: WebError.self) { try request.check() }
    }

    @Test(arguments: [
        ("http://h:1/p?key=secret", "h:1"), ("https://user:pass@h/x", "h"), ("http://h?x", "h"),
        ("http://h#x", "h"),
        ("http://[::1]:9/x", "[::1]:9"),
    ])
    func `messages name the host alone`(url: String, host: String) {
        #expect(WebRequest("GET", url).host == host)
    }

    @Test(arguments: [
        ("http://localhost:1/", true), ("http://127.0.0.1", true), ("http://[::1]:9/", true),
        ("http://127.0.0.1.evil.example/", false), ("http://localhost.example", false),
        ("http://10.0.0.1", false),
    ])
    func `loopback is known, and nothing that only looks like it`(url: String, isLoopback: Bool) {
        #expect(WebRequest("GET", url).isForLoopback == isLoopback)
    }
}
