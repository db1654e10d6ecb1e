import Core
import TestSupport
import Testing

@testable import Models

struct ReaderFuzzTests {
    static let streams = [
        AnthropicReaderTests.whole, OpenAIChatReaderTests.whole, OpenAIResponsesReaderTests.whole,
        GeminiReaderTests.whole,
    ]

    private static func readers() -> [any AnswerReader] {
        [AnthropicReader(), OpenAIChatReader(), OpenAIResponsesReader(), GeminiReader()]
    }

    /// Damaged streams either fail as a vendor's failure or give some answer; nothing traps.
    @Test
    func `no stream is too strange`() {
        for seed in fuzzSeeds() {
            var random = SeededGenerator(seed: seed)
            let pieces = [
                "\"", "{", "}", "[", "]", ":", ",", "null", "-1", "1e99", "9223372036854775807", "\\u0000",
                "\n\n", "true",
            ]
            var bytes = Array(Self.streams.randomElement(using: &random)?.utf8 ?? "".utf8)
            for _ in 0..<Int.random(in: 1..<8, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = .random(in: 0...255, using: &random)
                case 1:
                    bytes.insert(contentsOf: pieces.randomElement(using: &random)?.utf8 ?? "".utf8, at: place)
                case 2:
                    bytes.removeSubrange(
                        place..<min(place + Int.random(in: 1..<40, using: &random), bytes.count))
                default:
                    let end = min(place + Int.random(in: 1..<200, using: &random), bytes.count)
                    bytes.insert(
                        contentsOf: bytes[place..<end], at: Int.random(in: 0..<bytes.count, using: &random))
                }
            }
            for var reader in Self.readers() {
                do {
                    _ = try reader.readAll(String(decoding: bytes, as: UTF8.self))
                } catch {
                    #expect(error is VendorFailure, "seed \(seed): \(error)")
                }
                _ = reader.answer.message(from: .sample(.anthropicMessages), isWhole: reader.mayEnd).content
            }
        }
    }
}
