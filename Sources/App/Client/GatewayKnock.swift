import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One plain HTTP request to a gateway at one address: whether it can be reached there, and how it says it is.
@MainActor
struct GatewayKnock {
    let target: GatewayClient.Target

    /// An address of the machine's own answers at once; what drops packets does not answer at all.
    static let patience = Duration.seconds(2)
    /// A head and a line of JSON.
    private static let mostBytes = 8 << 10

    struct Answer: Equatable {
        var status: Int
        var body: String
    }

    func get(_ path: String) throws(GatewayClient.Failure) -> Answer {
        let descriptor = try GatewayClient.open(target, timeout: Self.patience)
        defer { close(descriptor) }
        let request = "GET \(path) HTTP/1.1\r\nHost: \(target.authority)\r\nConnection: close\r\n\r\n"
        writeAll(Array(request.utf8), to: descriptor)
        return try Self.parse(read(descriptor))
    }

    private func read(_ descriptor: CInt) throws(GatewayClient.Failure) -> [UInt8] {
        let deadline = ContinuousClock.now + Self.patience
        var received: [UInt8] = []
        while received.count < Self.mostBytes {
            let more = try GatewayClient.more(from: descriptor, before: deadline, timeout: Self.patience)
            if more.isEmpty { break }
            received += more
        }
        return received
    }

    private static func parse(_ bytes: [UInt8]) throws(GatewayClient.Failure) -> Answer {
        let words = String(decoding: bytes.prefix { $0 != 13 }, as: UTF8.self).split(separator: " ")
        guard words.count > 1, words[0].hasPrefix("HTTP/"), let status = Int(words[1]) else {
            throw .invalid("what answers there does not speak HTTP")
        }
        let end = bytes.firstRange(of: Array("\r\n\r\n".utf8))
        return Answer(
            status: status, body: String(decoding: end.map { bytes[$0.upperBound...] } ?? [], as: UTF8.self))
    }
}
