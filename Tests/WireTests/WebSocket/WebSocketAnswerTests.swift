import TestSupport
import Testing

@testable import Wire

struct WebSocketAnswerTests {
    private static let key = "dGhlIHNhbXBsZSBub25jZQ=="  // RFC 6455 §1.3
    private static let accepted =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
    private static let refused =
        "HTTP/1.1 429 Too Many\r\nRetry-After: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nslow!\r\n0\r\n\r\n"

    /// An outcome in words, and how many bytes were taken for it.
    private func run(_ bytes: [UInt8], cuts: [Int] = []) -> String {
        var answer = WebSocketAnswer(to: Self.key)
        var start = 0
        for end in (cuts + [bytes.count]).sorted() {
            var piece = Array(bytes[start..<end])
            let told = piece.withUnsafeMutableBufferPointer { piece -> String? in
                var place = 0
                return answer.take(piece, &place).map { "\(Self.words($0)) after \(start + place)" }
            }
            if let told { return told }
            start = end
        }
        return answer.cutOff().map { "cut off: \(Self.words($0))" } ?? "more"
    }

    private static func words(_ outcome: WebSocketAnswer.Outcome) -> String {
        switch outcome {
        case .accepted: "accepted"
        case .refused(let reply): "refused \(reply.status) \(String(decoding: reply.body, as: UTF8.self))"
        case .malformed(let fault): "malformed: \(fault)"
        }
    }

    @Test(arguments: [
        (accepted, "accepted after \(accepted.utf8.count)"),
        (refused, "refused 429 slow! after \(refused.utf8.count - 2)"),
        ("HTTP/1.1 403 No\r\n\r\nbody", "cut off: refused 403 body"),
        ("HTTP/1.1 403 No\r\nContent-Length: 4\r\n\r\nbody", "refused 403 body after 42"),
        ("HTTP/1.1 403 No\r\nContent-Length: 9\r\n\r\nbo", "cut off: refused 403 bo"),
        ("HTTP/1.1 101", "more"), ("\r\n", "malformed: did not answer in HTTP after 2"),
    ])
    func `an answer is read, and no byte that follows it, however it is split`(text: String, told: String) {
        let bytes = Array(text.utf8)

        #expect(run(bytes) == told)
        #expect(run(bytes, cuts: Array(0..<bytes.count)) == told)
        if !told.contains("cut off"), told != "more" { #expect(run(bytes + [0x81, 0]) == told) }
    }

    @Test func `a name of the handshake may be written in any case`() {
        let answer = Self.accepted.replacing("Upgrade: websocket", with: "upgrade:  WebSocket")
            .replacing("Connection: Upgrade", with: "CONNECTION: keep-alive, upgrade")

        #expect(run(Array(answer.utf8)).hasPrefix("accepted"))
    }

    @Test func `changed answers never trap, and splitting them changes nothing`() {
        let corpus = [Self.accepted, Self.refused].map { Array($0.utf8) }
        for seed in fuzzSeeds() {
            var random = SeededGenerator(seed: seed)
            let bytes = Mutation.mutated(corpus, &random)
            let cuts = (0..<Int.random(in: 1...8, using: &random)).map { _ in
                Int.random(in: 0...bytes.count, using: &random)
            }

            #expect(run(bytes, cuts: cuts) == run(bytes), "seed \(seed)")
        }
    }
}
