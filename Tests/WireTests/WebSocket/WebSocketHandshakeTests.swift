import Testing

@testable import Wire

@MainActor
struct WebSocketHandshakeTests {
    private static let fields = [
        "Upgrade: websocket", "Connection: keep-alive, Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
    ]

    private func request(_ fields: [String], line: String = "GET /ws HTTP/1.1") throws -> HTTPRequest {
        var parser = HTTPParser(peer: ParserRun.peer)
        var place = 0
        let text = line + "\r\nHost: a\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
        guard case .request(let request) = parser.feed(Array(text.utf8).span, &place) else {
            throw HTTPFailure(status: 0, reason: "no request")
        }
        return request
    }

    private func status(_ request: HTTPRequest) -> Int {
        switch WebSocketHandshake.check(request) {
        case .success: 101
        case .failure(let response): response.status
        }
    }

    @Test func `the key of RFC 6455 gets its answer`() throws {
        guard case .success(let handshake) = WebSocketHandshake.check(try request(Self.fields)) else {
            Issue.record("refused")
            return
        }
        #expect(
            handshake.answer(WebSocketOptions(), nil)["Sec-WebSocket-Accept"]
                == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    }

    @Test(arguments: [
        ("Upgrade: websocket", "Upgrade: WebSocket", 101),
        ("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8", 426),
        ("Sec-WebSocket-Version: 13", "X: y", 426),
        ("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 13, 8", 426),
        ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "X: y", 400),
        ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ", 400),
        ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Key: c2hvcnQ=", 400),
        ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Key: ", 400),
    ])
    func `a handshake is checked`(field: String, replacement: String, status: Int) throws {
        #expect(self.status(try request(Self.fields.map { $0 == field ? replacement : $0 })) == status)
    }

    @Test func `two keys, another method and HTTP/1.0 are refused`() throws {
        #expect(status(try request(Self.fields + ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="])) == 400)
        #expect(status(try request(Self.fields, line: "POST /ws HTTP/1.1")) == 400)
        #expect(status(try request(Self.fields, line: "GET /ws HTTP/1.0")) == 400)
    }

    @Test(arguments: ["Upgrade: h2c", "Connection: keep-alive"])
    func `other upgrades are plain requests`(field: String) throws {
        let name = field.prefix { $0 != ":" }
        let fields = Self.fields.map { $0.hasPrefix(name) ? field : $0 }

        #expect(!WebSocketHandshake.isAsked(by: try request(fields)))
        #expect(WebSocketHandshake.isAsked(by: try request(Self.fields)))
    }
}
