import Wire

/// Answers `/healthz`, `POST /echo` (after `?ms=`), a WebSocket that echoes at `/ws`, and a stream of ticks at `/sse`.
@MainActor
final class EchoServer: RequestHandler {
    /// Largest body and message: conformance suites send 16 MiB.
    private static let maxBytes = 17 << 20

    private var server: WebServer?
    private var stopping: LoopEvent?
    private let health = SharedBytes(#"{"ok":true}"#)
    private let healthHeaders = HTTPHeaders([(name: "Content-Type", value: "application/json; charset=utf-8")]
    )

    var port: Int { server?.port ?? 0 }

    func start(_ endpoint: ListenEndpoint) throws(ListenError) {
        var options = ServerOptions()
        options.maxBodyBytes = Self.maxBytes
        options.maxBufferedBodyBytes = 4 * Self.maxBytes
        let server = WebServer(options: options, handler: self)
        try server.listen(endpoint)
        self.server = server
    }

    func stop() {
        server?.stopAccepting()
        server?.closeAll()
        EventLoop.shared.stop()
    }

    func respondNow(to request: HTTPRequest) -> HTTPResponse? {
        switch (request.method, request.path) {
        case ("GET", "/healthz"), ("HEAD", "/healthz"):
            return HTTPResponse(headers: healthHeaders, body: .shared(health))
        case ("POST", "/echo"): return number("ms", of: request, 0...60_000) > 0 ? nil : echo(request)
        case ("GET", "/sse"): return ticks(request)
        case (_, "/healthz"): return refusal(allow: "GET, HEAD")
        case (_, "/echo"): return refusal(allow: "POST")
        case (_, "/sse"): return refusal(allow: "GET")
        default: return .text("Not found\n", status: 404)
        }
    }

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        let pause = Duration.milliseconds(number("ms", of: request, 0...60_000))
        do {
            try await Task.sleep(for: pause)
            return echo(request)
        } catch {
            return .text("The client has left.\n", status: 503)
        }
    }

    func upgrade(_ request: HTTPRequest) -> UpgradeDecision {
        guard request.path == "/ws" else { return .refuse(.text("Not found\n", status: 404)) }
        var options = WebSocketOptions()
        options.maxMessageBytes = Self.maxBytes
        options.acceptsCompression = true
        return .accept(EchoSocket(), options)
    }

    private func refusal(allow: String) -> HTTPResponse {
        var response = HTTPResponse.text("Method not allowed\n", status: 405)
        response.headers.add("Allow", allow)
        return response
    }

    private func echo(_ request: HTTPRequest) -> HTTPResponse {
        let type = request.headers["Content-Type"] ?? "application/octet-stream"
        return HTTPResponse(
            headers: HTTPHeaders([(name: "Content-Type", value: type)]), body: .bytes(request.body))
    }

    private func number(
        _ name: String, of request: HTTPRequest, _ range: ClosedRange<Int>, default: Int = 0
    ) -> Int {
        let value = request.queryValue(name).flatMap { Int($0) } ?? `default`
        return min(max(value, range.lowerBound), range.upperBound)
    }

    /// `?n=` ticks (1 to a million), each padded to `?bytes=` (up to 64 KiB), as fast as the client reads them, or
    /// `?ms=` apart.
    private func ticks(_ request: HTTPRequest) -> HTTPResponse {
        let count = number("n", of: request, 1...1_000_000, default: 10)
        let padding = [UInt8](repeating: UInt8(ascii: "."), count: number("bytes", of: request, 0...65536))
        let pause = Duration.milliseconds(number("ms", of: request, 0...60_000))
        let headers = HTTPHeaders([
            (name: "Content-Type", value: "text/event-stream"), (name: "Cache-Control", value: "no-store"),
        ])
        return HTTPResponse(
            headers: headers,
            body: .stream { writer in
                for tick in 1...count {
                    try await writer.write(
                        Array("id: \(tick)\ndata: tick \(tick)".utf8) + padding + Array("\n\n".utf8))
                    if pause > .zero { try await Task.sleep(for: pause) }
                }
            })
    }
}

/// Sends every message back; reads no more while the peer does not take its answers.
@MainActor
final class EchoSocket: WebSocketHandler {
    func opened(_ socket: WebSocket) { socket.isKnown = true }

    func received(text: [UInt8], on socket: WebSocket) {
        socket.send(text: text)
        pauseIfBehind(socket)
    }

    func received(binary: [UInt8], on socket: WebSocket) {
        socket.send(binary: binary)
        pauseIfBehind(socket)
    }

    func drained(_ socket: WebSocket) { socket.resumeReading() }

    func closed(_ socket: WebSocket, code: Int, reason: String) {}

    /// `drained` comes once more than 64 KiB were unsent, so nothing may pause for less.
    private func pauseIfBehind(_ socket: WebSocket) {
        if socket.bufferedBytes > 256 << 10 { socket.pauseReading() }
    }
}
