import TestSupport
import Testing

@testable import Wire

struct CompressionTests {
    private static let base = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

    @Test(arguments: [
        ("permessage-deflate", base), ("permessage-deflate; client_max_window_bits", base),
        ("permessage-deflate; client_max_window_bits=10", base),
        ("permessage-deflate;server_no_context_takeover;client_no_context_takeover", base),
        ("permessage-deflate; server_max_window_bits=9", base + "; server_max_window_bits=9"),
        ("permessage-deflate; server_max_window_bits=\"15\"", base + "; server_max_window_bits=15"),
        ("x-webkit-deflate-frame, permessage-deflate", base),
        ("permessage-deflate; server_max_window_bits=8, permessage-deflate", base),
        ("permessage-deflate; unknown, permessage-deflate", base),
        ("permessage-deflate; server_max_window_bits=8", nil),
        ("permessage-deflate; server_max_window_bits", nil),
        ("permessage-deflate; server_max_window_bits=16", nil),
        ("permessage-deflate; server_max_window_bits=09", nil),
        ("permessage-deflate; client_max_window_bits=7", nil),
        ("permessage-deflate; client_max_window_bits=", nil),
        ("permessage-deflate; server_no_context_takeover=1", nil), ("permessage-deflate; x=1", nil),
        ("permessage-deflate; client_max_window_bits; client_max_window_bits", nil),
        ("permessage-deflate;", nil),
        ("Permessage-Deflate", nil), ("permessage-bzip2", nil), ("", nil),
    ])
    func `an offer is taken up if it can be kept`(header: String, answer: String?) {
        #expect(CompressionOffer.first(in: [header])?.answer == answer)
    }

    @Test(arguments: [9, 12, 15]) @MainActor
    func `a message comes back as it was`(windowBits: Int) throws {
        for seed in fuzzSeeds().prefix(500) {
            var random = SeededGenerator(seed: seed)
            let words = ["hello ", "world ", "{\"type\":\"event\"}", "åäö", "\n"].map { Array($0.utf8) }
            let message = (0..<Int.random(in: 20...4000, using: &random)).flatMap { _ in
                words.randomElement(using: &random) ?? []
            }

            let packed = try #require(MessageCompression.shared.compress(message, windowBits: windowBits))

            #expect(packed.count < message.count)
            #expect(try MessageCompression.shared.expand(packed, atMost: message.count) == message)
            #expect(throws: WebSocketFailure.tooLarge) {
                try MessageCompression.shared.expand(packed, atMost: message.count - 1)
            }
        }
    }

    @Test @MainActor
    func `what does not become shorter is left as it is`() {
        var random = SeededGenerator(seed: 1)
        let noise = (0..<2000).map { _ in UInt8.random(in: 0...255, using: &random) }

        #expect(MessageCompression.shared.compress(noise, windowBits: 15) == nil)
    }

    @Test @MainActor
    func `a bomb is stopped at the limit`() throws {
        let zeros = [UInt8](repeating: 0, count: 16 << 20)
        let bomb = try #require(MessageCompression.shared.compress(zeros, windowBits: 15))

        #expect(bomb.count < 100_000)
        #expect(throws: WebSocketFailure.tooLarge) {
            try MessageCompression.shared.expand(bomb, atMost: 1 << 20)
        }
    }

    @Test @MainActor
    func `an empty message and one that says it is the last are expanded`() throws {
        #expect(try MessageCompression.shared.expand([0x02, 0x00], atMost: 10) == [])
        #expect(try MessageCompression.shared.expand([0x00], atMost: 10) == [])
        let final: [UInt8] = [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00]  // RFC 7692 §7.2.3.4
        #expect(try MessageCompression.shared.expand(final, atMost: 10) == Array("Hello".utf8))
    }

    @Test @MainActor
    func `noise never traps, and is bounded`() {
        for seed in fuzzSeeds() {
            var random = SeededGenerator(seed: seed)
            let noise = (0..<Int.random(in: 0...300, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            // Failing is what noise mostly does.
            let out = try? MessageCompression.shared.expand(noise, atMost: 1000)
            #expect((out?.count ?? 0) <= 1000)
        }
    }
}
