import TestSupport
import Testing

@testable import Wire

struct HTTPParserFuzzTests {
    @Test func `mutated requests never trap, and splitting them changes nothing`() {
        let corpus =
            HostileRequest.all.map(\.bytes).filter { $0.count < 4000 } + ValidRequest.all.map(\.bytes)
        for seed in fuzzSeeds() {
            var random = SeededGenerator(seed: seed)
            let bytes = Mutation.mutated(corpus, &random)

            let whole = ParserRun(bytes, maxBodyBytes: 100)
            let cuts = (0..<Int.random(in: 1...8, using: &random)).map { _ in
                Int.random(in: 0...bytes.count, using: &random)
            }

            #expect(ParserRun(bytes, cuts: cuts, maxBodyBytes: 100) == whole, "seed \(seed)")
        }
    }
}

/// Small damage to sample inputs.
enum Mutation {
    /// Bytes that mean something to a parser of HTTP.
    private static let interesting =
        Array("\r\n\t :;,=\"\\%/?#@[]0159afAF+-xX\0\u{b}\u{7f}".utf8) + [0x80, 0xFF]

    static func mutated(_ corpus: [[UInt8]], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = corpus.randomElement(using: &random) ?? []
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            let end = min(bytes.count, place + Int.random(in: 0...12, using: &random))
            switch Int.random(in: 0..<7, using: &random) {
            case 0: bytes.insert(interesting.randomElement(using: &random) ?? 0, at: place)
            case 1: bytes.removeSubrange(place..<end)
            case 2: bytes.insert(contentsOf: bytes[place..<end], at: place)
            case 3 where place < bytes.count: bytes[place] = interesting.randomElement(using: &random) ?? 0
            case 4 where place < bytes.count: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 5: bytes.insert(contentsOf: Array("\r\n".utf8), at: place)
            default:
                let other = corpus.randomElement(using: &random) ?? []
                let from = Int.random(in: 0...other.count, using: &random)
                bytes = Array(bytes[..<place]) + Array(other[from...])
            }
        }
        return Array(bytes.prefix(8000))
    }
}
