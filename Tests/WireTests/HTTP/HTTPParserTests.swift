import Testing

@testable import Wire

struct HTTPParserTests {
    @Test(arguments: HostileRequest.all)
    func `a request that breaks the rules is refused however it is split, and nothing after it is read`(
        hostile: HostileRequest
    ) {
        let whole = ParserRun(hostile.bytes)

        #expect(whole.failure?.status == hostile.status)
        #expect(whole.requests == [])
        #expect(ParserRun.byteByByte(hostile.bytes) == whole)
        for cut in cuts(of: hostile.bytes) {
            #expect(ParserRun(hostile.bytes, cuts: [cut]) == whole, "split at byte \(cut)")
        }
    }

    @Test(arguments: ValidRequest.all)
    func `a request that holds to the rules is understood however it is split`(valid: ValidRequest) {
        let whole = ParserRun(valid.bytes)

        #expect(whole.failure == nil)
        #expect(whole.requests.map(\.description) == valid.requests)
        #expect(ParserRun.byteByByte(valid.bytes) == whole)
        for cut in cuts(of: valid.bytes) {
            #expect(ParserRun(valid.bytes, cuts: [cut]) == whole, "split at byte \(cut)")
        }
    }

    @Test func `there are at least two hundred hostile requests, and their names differ`() {
        #expect(HostileRequest.all.count >= 200)
        #expect(Set(HostileRequest.all.map { $0.bytes }).count == HostileRequest.all.count)
    }

    @Test func `fields, target and host arrive as they were meant`() throws {
        let text =
            "GET /a%20b/./c/../d?x=1+2&y=%C3%A5 HTTP/1.1\r\nhOST:  Example.COM.:8080 \r\nX: \t a  b\t \r\nx: c\r\n\r\n"

        let request = try #require(ParserRun([UInt8](text: text)).requests.first)

        #expect(request.path == "/a b/d")
        #expect(request.query == "x=1+2&y=%C3%A5")
        #expect(request.host == "example.com|8080")
        #expect(request.fields == ["hOST: Example.COM.:8080", "X: a  b", "x: c"])
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", true),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", false),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, CLOSE\r\n\r\n", false),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n", false),
        ("GET / HTTP/1.0\r\n\r\n", false),
        ("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true),
        ("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", false),
    ])
    func `a connection is kept as the request says`(text: String, keeps: Bool) {
        #expect(ParserRun([UInt8](text: text)).requests.map(\.keepsConnection) == [keeps])
    }

    @Test func `the parser says where in a request it is`() {
        var parser = HTTPParser(peer: ParserRun.peer)
        var place = 0
        #expect(parser.isIdle)

        _ = parser.feed(Array("POST / HTTP/1.1\r\n".utf8).span, &place)
        #expect(!parser.isIdle)

        place = 0
        guard case .head = parser.feed(Array("Host: a\r\nContent-Length: 2\r\n\r\n".utf8).span, &place) else {
            Issue.record("no head")
            return
        }
        #expect(!parser.isInBody)
        parser.allowBody(upTo: 2)
        #expect(parser.isInBody)

        place = 0
        guard case .request(let request) = parser.feed(Array("hi".utf8).span, &place) else {
            Issue.record("no request")
            return
        }
        #expect(request.body == Array("hi".utf8))
        #expect(parser.isIdle)
    }

    @Test(arguments: [4, 5, 6])
    func `a body may be as long as allowed and no longer`(limit: Int) {
        let plain = [UInt8](text: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
        let chunked = [UInt8](
            text:
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"
        )

        for bytes in [plain, chunked] {
            let run = ParserRun(bytes, maxBodyBytes: limit)
            #expect(run.failure?.status == (limit < 5 ? 413 : nil))
            #expect(run.requests.count == (limit < 5 ? 0 : 1))
        }
    }

    @Test func `a body that nobody wants is read past, and no longer than allowed`() {
        let chunks =
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"
        let plain = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
        for text in [plain, chunks] {
            for limit in [4, 5] {
                var parser = HTTPParser(peer: ParserRun.peer)
                var place = 0
                let bytes = Array(text.utf8)
                guard case .head = parser.feed(bytes.span, &place) else {
                    Issue.record("no head")
                    return
                }
                parser.allowBody(upTo: limit, keepsIt: false)
                switch parser.feed(bytes.span, &place) {
                case .request(let request): #expect(limit == 5 && request.body.isEmpty && parser.isIdle)
                case .failed(let failure): #expect(limit == 4 && failure.status == 413)
                default: Issue.record("neither whole nor too long")
                }
            }
        }
    }

    /// Every place in a short text; in a long one, places spread over it.
    private func cuts(of bytes: [UInt8]) -> [Int] {
        bytes.count < 1000
            ? Array(1..<bytes.count) : Array(stride(from: 1, to: bytes.count, by: bytes.count / 40))
    }
}

/// Requests that a strict parser takes.
struct ValidRequest: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    let requests: [String]

    var bytes: [UInt8] { Array(text.utf8) }
    var testDescription: String { name }

    init(_ name: String, _ text: String, _ requests: String...) {
        self.name = name
        self.text = text
        self.requests = requests
    }

    private static let get = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n"
    private static let chunkHead = "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"

    static let all: [ValidRequest] = [
        ValidRequest("one", get, "GET /x (0 bytes)"),
        ValidRequest(
            "three in a row", get + get + get, "GET /x (0 bytes)", "GET /x (0 bytes)", "GET /x (0 bytes)"),
        ValidRequest(
            "an empty line before each", "\r\n" + get + "\r\n" + get, "GET /x (0 bytes)", "GET /x (0 bytes)"),
        ValidRequest("HTTP/1.0 without Host", "GET /x HTTP/1.0\r\n\r\n", "GET /x (0 bytes)"),
        ValidRequest(
            "a body, then another request",
            "POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello" + get,
            "POST /b (5 bytes)", "GET /x (0 bytes)"),
        ValidRequest(
            "a request as a body",
            "PUT /b HTTP/1.1\r\nHost: a\r\nContent-Length: \(get.utf8.count)\r\n\r\n" + get + get,
            "PUT /b (\(get.utf8.count) bytes)", "GET /x (0 bytes)"),
        ValidRequest(
            "no body", "DELETE /b HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "DELETE /b (0 bytes)"),
        ValidRequest(
            "leading zeros", "PATCH /b HTTP/1.1\r\nHost: a\r\nContent-Length: 0002\r\n\r\nhi",
            "PATCH /b (2 bytes)"),
        ValidRequest(
            "expecting 100",
            "POST /b HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\nhi",
            "POST /b (2 bytes)"),
        ValidRequest(
            "chunks", chunkHead + "5\r\nhello\r\n0\r\n\r\n" + get, "POST /c (5 bytes)", "GET /x (0 bytes)"),
        ValidRequest("no chunk", chunkHead + "0\r\n\r\n", "POST /c (0 bytes)"),
        ValidRequest(
            "zeros and big letters", chunkHead + "000A\r\n0123456789\r\n0000\r\n\r\n", "POST /c (10 bytes)"),
        ValidRequest(
            "sixteen digits", chunkHead + "000000000000000a\r\n0123456789\r\n0\r\n\r\n", "POST /c (10 bytes)"),
        ValidRequest(
            "extensions",
            chunkHead + "1;a\r\nx\r\n1 ; a = b\r\ny\r\n1;a=\"q\\\"; =\";b\r\nz\r\n0;last=1\r\n\r\n",
            "POST /c (3 bytes)"),
        ValidRequest(
            "trailers", chunkHead + "1\r\nx\r\n0\r\nX: y\r\nZ:\r\n\r\n" + get, "POST /c (1 bytes)",
            "GET /x (0 bytes)"),
        ValidRequest(
            "any case", "POST /c HTTP/1.1\r\nhost: a\r\ntRANSFER-eNCODING: ChUnKeD\r\n\r\n0\r\n\r\n",
            "POST /c (0 bytes)"),
        ValidRequest(
            "absolute form", "GET http://A:80/x?y HTTP/1.1\r\nHost: a:80\r\n\r\n",
            "GET http://A:80/x?y (0 bytes)"),
        ValidRequest(
            "absolute form without path", "GET http://a HTTP/1.1\r\nHost: a\r\n\r\n", "GET http://a (0 bytes)"
        ),
        ValidRequest("the whole server", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS * (0 bytes)"),
        ValidRequest("HEAD", "HEAD / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "HEAD / (0 bytes)"),
        ValidRequest(
            "every character of a path",
            "GET /aZ09-._~!$&'()*+,;=:@%41//?/? HTTP/1.1\r\nHost: a_b-c.d\r\n\r\n",
            "GET /aZ09-._~!$&'()*+,;=:@%41//?/? (0 bytes)"),
        ValidRequest(
            "every character of a name",
            "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n!#$%&'*+-.^_`|~09azAZ: é\t\"(),/:;<=>?@[]{}\r\n\r\n",
            "GET / (0 bytes)"),
        ValidRequest(
            "an empty value", "GET / HTTP/1.1\r\nHost: a:\r\nX:\r\nY: \t \r\n\r\n", "GET / (0 bytes)"),
        ValidRequest(
            "the longest line",
            "GET /\(String(repeating: "a", count: 8192 - 14)) HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /\(String(repeating: "a", count: 8192 - 14)) (0 bytes)"),
        ValidRequest(
            "a hundred headers",
            "GET /h HTTP/1.1\r\nHost: a\r\n\(String(repeating: "X: y\r\n", count: 99))\r\n",
            "GET /h (0 bytes)"),
    ]
}
