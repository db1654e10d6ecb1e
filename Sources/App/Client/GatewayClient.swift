import Core
import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Talks to a running gateway over its WebSocket, one request at a time, on a blocking socket.
///
/// A command lives for milliseconds, so a loop would cost more than all of its work. curl, which is loaded for `wss://`
/// alone, brings TLS.
@MainActor
final class GatewayClient {
    struct Target: Sendable {
        var host: String
        var port: Int
        /// Nil: nothing on the way is encrypted.
        var tls: TLSRules?
        var token: String?
        var password: String?
        /// What this computer shows, besides the secret, to a gateway that is elsewhere.
        var key: DeviceKey?
        var authority: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }
        var url: String { "\(tls == nil ? "ws" : "wss")://\(authority)" }
    }

    /// Whose certificates are trusted, and which proxy leads out.
    struct TLSRules: Sendable {
        var trust: TrustedCertificates
        var proxies: ProxyVariables
    }

    private enum Line {
        case plain(CInt)
        case encrypted(BlockingConnection)
    }

    enum Failure: Error {
        case unreachable(url: String, reason: String)
        case refused(message: String, code: String, details: JSON, payload: JSON)
        case closed(code: Int, reason: String)
        case timedOut(Duration)
        case invalid(String)
    }

    /// The largest frame taken from a gateway: its own limit for one frame.
    private static let maxFrameBytes = 64 << 20

    private let line: Line
    private let timeout: Duration
    private var received: [UInt8] = []
    private var nextID = 0
    /// `hello-ok`, once connected.
    private(set) var hello: JSON = .null

    init(to target: Target, timeout: Duration) throws(Failure) {
        self.timeout = timeout
        line = try Self.line(to: target, timeout: timeout)
        try upgrade(target)
        try logIn(target)
    }

    isolated deinit { if case .plain(let descriptor) = line { close(descriptor) } }

    /// Sends a request and waits for its answer. With `expectsFinal` the first, `accepted`, is passed over.
    func request(_ method: String, _ params: JSON = [:], expectsFinal: Bool = false) throws(Failure) -> JSON {
        nextID += 1
        let id = "c\(nextID)"
        send(["type": "req", "id": .string(id), "method": .string(method), "params": params])
        let deadline = ContinuousClock.now + timeout
        while true {
            let frame = try nextFrame(before: deadline)
            guard frame["type"]?.stringValue == "res", frame["id"]?.stringValue == id else { continue }
            guard frame["ok"]?.boolValue == true else { throw Self.refusal(frame) }
            let payload = frame["payload"] ?? .null
            if expectsFinal && payload["status"]?.stringValue == "accepted" { continue }
            return payload
        }
    }

    private static func refusal(_ frame: JSON) -> Failure {
        .refused(
            message: frame["error"]?["message"]?.stringValue ?? "The gateway refused without a reason.",
            code: frame["error"]?["code"]?.stringValue ?? "UNAVAILABLE",
            details: frame["error"]?["details"] ?? .null, payload: frame["payload"] ?? .null)
    }

    // MARK: Handshake

    private static func line(to target: Target, timeout: Duration) throws(Failure) -> Line {
        guard let tls = target.tls else { return .plain(try open(target, timeout: timeout)) }
        do throws(WebError) {
            return .encrypted(
                try BlockingConnection(
                    to: "https://\(target.authority)/", within: timeout, trust: tls.trust,
                    proxies: tls.proxies))
        } catch {
            throw .unreachable(url: target.url, reason: error.message)
        }
    }

    /// A connected socket, which the caller closes.
    static func open(_ target: Target, timeout: Duration) throws(Failure) -> CInt {
        var hints = addrinfo()
        hints.ai_protocol = CInt(IPPROTO_TCP)
        var results: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(target.host, String(target.port), &hints, &results)
        guard code == 0 else {
            throw .unreachable(url: target.url, reason: String(cString: gai_strerror(code)))
        }
        defer { freeaddrinfo(results) }
        var reason = "no address"
        var entry = results
        while let info = entry?.pointee {
            let descriptor = socket(info.ai_family, info.ai_socktype, info.ai_protocol)
            guard descriptor >= 0 else {
                reason = String(cString: strerror(errno))
                entry = info.ai_next
                continue
            }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            var limit = timeval(tv_sec: Int(timeout.components.seconds) + 1, tv_usec: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            if connects(descriptor, to: info) { return descriptor }
            reason = String(cString: strerror(errno))
            close(descriptor)
            entry = info.ai_next
        }
        throw .unreachable(url: target.url, reason: reason)
    }

    private func upgrade(_ target: Target) throws(Failure) {
        let key = Base64.encode(SecureRandom.bytes(16))
        let head =
            "GET / HTTP/1.1\r\nHost: \(target.authority)\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Key: \(key)\r\nSec-WebSocket-Version: 13\r\n\r\n"
        write(Array(head.utf8))
        let deadline = ContinuousClock.now + timeout
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let range = received.firstRange(of: end) {
                let text = String(decoding: received[..<range.lowerBound], as: UTF8.self)
                guard text.hasPrefix("HTTP/1.1 101") else {
                    throw .invalid(
                        "\(target.url) is not a gateway: \(text.prefix { $0 != "\r" && $0 != "\r\n" })")
                }
                received.removeSubrange(..<range.upperBound)
                return
            }
            guard received.count < 64 << 10 else {
                throw .invalid("\(target.url) answered with an endless head.")
            }
            try readMore(before: deadline)
        }
    }

    private func logIn(_ target: Target) throws(Failure) {
        let challenge = try challenge()
        var auth: JSONObject = [:]
        auth["token"] = target.token.map { .string($0) }
        auth["password"] = target.password.map { .string($0) }
        var params: JSONObject = [
            "minProtocol": 3, "maxProtocol": 4,
            "client": [
                "id": "cli", "version": .string(Version.text), "platform": .string(Version.platform),
                "mode": "cli",
            ],
            "role": "operator",
            "scopes": [
                "operator.admin", "operator.read", "operator.write", "operator.approvals",
                "operator.pairing",
            ],
            "caps": [], "auth": .object(auth),
        ]
        params["device"] = target.key?.device(for: params, answering: challenge)
        hello = try request("connect", .object(params))
    }

    /// What the gateway sends first.
    private func challenge() throws(Failure) -> JSON {
        let deadline = ContinuousClock.now + timeout
        while true {
            let frame = try nextFrame(before: deadline)
            if frame["event"]?.stringValue == "connect.challenge" { return frame["payload"] ?? .null }
        }
    }

    // MARK: Frames (RFC 6455 §5.2)

    private func send(_ frame: JSON) {
        write(Self.masked(opcode: 1, frame.encoded()))
    }

    private static func masked(opcode: UInt8, _ payload: [UInt8]) -> [UInt8] {
        var frame: [UInt8] = [0x80 | opcode]
        switch payload.count {
        case ..<126: frame.append(0x80 | UInt8(payload.count))
        case ..<65536: frame += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
        default:
            frame += [0x80 | 127] + (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
        }
        let key = SecureRandom.bytes(4)
        frame += key
        for (index, byte) in payload.enumerated() { frame.append(byte ^ key[index & 3]) }
        return frame
    }

    /// The next whole JSON frame; pings are answered on the way.
    private func nextFrame(before deadline: ContinuousClock.Instant) throws(Failure) -> JSON {
        var message: [UInt8] = []
        while true {
            let (isLast, opcode, payload) = try nextPiece(before: deadline)
            switch opcode {
            case 8: throw Self.closing(payload)
            case 9: write(Self.masked(opcode: 10, payload))
            case 10: break
            default:
                message += payload
                guard message.count <= Self.maxFrameBytes else {
                    throw .invalid("The gateway sent an endless frame.")
                }
                guard isLast else { continue }
                guard let json = try? JSON.parse(message) else {
                    throw .invalid("The gateway sent what is not JSON.")
                }
                return json
            }
        }
    }

    private static func closing(_ payload: [UInt8]) -> Failure {
        guard payload.count >= 2 else { return .closed(code: 1005, reason: "") }
        return .closed(
            code: Int(payload[0]) << 8 | Int(payload[1]),
            reason: String(decoding: payload[2...], as: UTF8.self))
    }

    private func nextPiece(
        before deadline: ContinuousClock.Instant
    ) throws(Failure) -> (isLast: Bool, opcode: UInt8, payload: [UInt8]) {
        while true {
            if let header = Self.header(received) {
                guard header.length <= Self.maxFrameBytes else {
                    throw .invalid("The gateway sent an endless frame.")
                }
                let end = header.size + header.length
                if received.count >= end {
                    let payload = Array(received[header.size..<end])
                    let first = received[0]
                    received.removeSubrange(..<end)
                    return (first & 0x80 != 0, first & 0x0F, payload)
                }
            }
            try readMore(before: deadline)
        }
    }

    private static func header(_ bytes: [UInt8]) -> (size: Int, length: Int)? {
        guard bytes.count >= 2 else { return nil }
        let short = Int(bytes[1] & 0x7F)
        let extra = short == 126 ? 2 : short == 127 ? 8 : 0
        guard bytes.count >= 2 + extra else { return nil }
        guard extra > 0 else { return (2, short) }
        let length = bytes[2..<(2 + extra)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return (2 + extra, Int(clamping: length))
    }

    /// A connection that takes no more gives no more either: that is found when the answer is read.
    private func write(_ bytes: [UInt8]) {
        switch line {
        case .plain(let descriptor): writeAll(bytes, to: descriptor)
        case .encrypted(let connection): try? connection.send(bytes, before: .now + timeout)
        }
    }

    private func readMore(before deadline: ContinuousClock.Instant) throws(Failure) {
        let more = try more(before: deadline)
        guard !more.isEmpty else { throw .closed(code: 1006, reason: "the connection was lost") }
        received += more
    }

    private func more(before deadline: ContinuousClock.Instant) throws(Failure) -> ArraySlice<UInt8> {
        switch line {
        case .plain(let descriptor):
            return try Self.more(from: descriptor, before: deadline, timeout: timeout)
        case .encrypted(let connection):
            do throws(WebError) {
                return try connection.receive(before: deadline)
            } catch {
                if case .timedOut = error { throw .timedOut(timeout) }
                throw .closed(code: 1006, reason: error.message)
            }
        }
    }

    /// What comes next, at most 64 KiB; nothing at the end of the connection.
    static func more(
        from descriptor: CInt, before deadline: ContinuousClock.Instant, timeout: Duration
    ) throws(Failure) -> ArraySlice<UInt8> {
        let left = ContinuousClock.now.duration(to: deadline)
        var waited = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard left > .zero, poll(&waited, 1, CInt(clamping: left.milliseconds + 1)) > 0 else {
            throw .timedOut(timeout)
        }
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        return buffer[..<max(read(descriptor, &buffer, buffer.count), 0)]
    }
}

/// The system's `connect`, which has the name of a method here.
private func connects(_ descriptor: CInt, to place: addrinfo) -> Bool {
    connect(descriptor, place.ai_addr, place.ai_addrlen) == 0
}
