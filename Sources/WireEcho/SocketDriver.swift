import Wire

/// A WebSocket of ours at somebody else's server, driven by lines of standard input and told on standard output.
///
/// `next` tells a message in hexadecimal, `echo` sends every message back until the end, `send TEXT`, `close CODE REASON`,
/// `abort`, `cancel` (waits for a message in a task that is cancelled).
@MainActor
struct SocketDriver {
    private var request: WebSocketRequest
    /// Of what the server sends.
    private var zlib: ZlibStream?

    /// Reads `url name=value …`: `header` (as `Name: value`), `proxy`, `max` in bytes, `zlib` (what messages expand to at most),
    /// and times in milliseconds.
    init?(_ arguments: ArraySlice<String>) {
        guard let url = arguments.first else { return nil }
        request = WebSocketRequest(url)
        for argument in arguments.dropFirst() {
            let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, set(parts[0], parts[1]) else { return nil }
        }
    }

    private mutating func set(_ name: String, _ value: String) -> Bool {
        let time = Duration.milliseconds(Int(value) ?? 0)
        switch name {
        case "header":
            let parts = value.split(separator: ":", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { return false }
            request.headers.append((parts[0], String(parts[1].drop { $0 == " " })))
        case "proxy": request.proxy = value
        case "max": request.maxMessageBytes = Int(value) ?? 0
        case "zlib": zlib = ZlibStream(maxMessageBytes: Int(value) ?? 0)
        case "connect": request.connectTimeout = time
        case "handshake": request.handshakeTimeout = time
        case "ping": request.pingAfter = time
        case "pong": request.pingTimeout = time
        case "close": request.closeTimeout = time
        default: return false
        }
        return true
    }

    func run(_ client: WebClient) async {
        let commands = Commands()
        do throws(WebSocketError) {
            let socket = try await client.open(request)
            tell("open")
            for await line in commands.lines() { await obey(line, socket) }
        } catch {
            tell(described(error))
        }
    }

    private func described(_ error: WebSocketError) -> String {
        switch error {
        case .refused(let reply):
            let delay = reply.head.retryAfter(now: Int64(LoopClock.wallSeconds))?.components.seconds
            return "refused \(reply.status) \(delay.map(String.init) ?? "-") \(Digest.hex(reply.body))"
        case .failed(let error): return "failed \(error)"
        }
    }

    private func obey(_ line: String, _ socket: OutgoingWebSocket) async {
        let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false).map(
            String.init)
        switch parts[0] {
        case "next": tell(await described(socket.next, socket))
        case "echo": tell(await described({ () throws(WebError) in try await echo(socket) }, socket))
        case "send": socket.send(text: String(line.dropFirst(5)))
        case "close":
            await socket.close(code: Int(parts[1]) ?? 1000, reason: parts.count > 2 ? parts[2] : "")
            tell(socket.closing.map { "answered \($0.code) \($0.reason)" } ?? "unanswered")
        case "abort": socket.abort()
        case "cancel":
            let told = await withTaskGroup(of: String.self) { group in
                group.addTask { await described(socket.next, socket) }
                group.cancelAll()
                return await group.next() ?? ""
            }
            tell(told)
        default: tell("unknown command")
        }
    }

    private func described(
        _ take: () async throws(WebError) -> WebSocketMessage?, _ socket: OutgoingWebSocket
    ) async -> String {
        do throws(WebError) {
            switch try await take() {
            case .text(let bytes): return "text \(Digest.hex(bytes))"
            case .binary(let bytes): return expanded(bytes) ?? "binary \(Digest.hex(bytes))"
            case nil: return socket.closing.map { "closed \($0.code) \($0.reason)" } ?? "closed by us"
            }
        } catch {
            return "broken \(error)"
        }
    }

    private func expanded(_ bytes: [UInt8]) -> String? {
        do throws(ZlibStreamError) {
            return try zlib.map { zlib throws(ZlibStreamError) in
                try zlib.feed(bytes).map { "text \(Digest.hex($0))" } ?? "more"
            }
        } catch {
            return "zlib \(error)"
        }
    }

    private func echo(_ socket: OutgoingWebSocket) async throws(WebError) -> WebSocketMessage? {
        while let message = try await socket.next() {
            switch message {
            case .text(let bytes): socket.send(text: bytes)
            case .binary(let bytes): socket.send(binary: bytes)
            }
        }
        return nil
    }

    private func tell(_ line: String) { say(line + "\n", to: 1) }
}
