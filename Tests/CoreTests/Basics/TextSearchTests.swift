import TestSupport
import Testing

@testable import Core

struct TextSearchTests {
    @Test(
        arguments: [
            ("hello", "ell", 1), ("hello", "hello", 0), ("hello", "hellos", nil), ("hello", "x", nil),
            ("", "x", nil),
            ("hello", "", 0), ("", "", 0), ("aaab", "ab", 2), ("aXaXb", "aXb", 2), ("blåbär 🫐!", "🫐", 9),
            ("a\0b", "\0b", 1), ("xx", "xxx", nil),
        ] as [(String, String, Int?)])
    func `words are found where they first stand, by bytes`(text: String, words: String, offset: Int?) {
        let found = text.firstRange(of: words)

        #expect(found.map { text.utf8.distance(from: text.startIndex, to: $0.lowerBound) } == offset)
        #expect(found.map { String(text[$0]) } == offset.map { _ in words })
        #expect(text.contains(words) == (offset != nil))
        #expect(Array(text.utf8).firstRange(of: Array(words.utf8))?.lowerBound == offset)
    }

    /// Of two kinds of bytes, so that much of a part stands in many places.
    @Test
    func `a long part is found where comparing everywhere finds it`() {
        for seed in fuzzSeeds() {
            var random = SeededGenerator(seed: seed)
            let repeated = (0..<Int.random(in: 1..<6, using: &random)).map { _ in
                UInt8.random(in: 0...1, using: &random)
            }
            var bytes = (0..<600).map { repeated[$0 % repeated.count] }
            for _ in 0..<Int.random(in: 0..<4, using: &random) {
                bytes[.random(in: bytes.indices, using: &random)] = .random(in: 0...1, using: &random)
            }
            let start = Int.random(in: 0..<500, using: &random)
            var part = Array(bytes[start..<min(start + .random(in: 60..<140, using: &random), 600)])
            part[.random(in: part.indices, using: &random)] ^= .random(in: 0...1, using: &random)
            let from = Int.random(in: 0..<200, using: &random)
            let expected = (from...600 - part.count).first { bytes[$0...].starts(with: part) }

            let found = bytes[from...].firstRange(of: part)

            #expect(found == expected.map { $0..<$0 + part.count }, "seed \(seed)")
        }
    }

    @Test func `a long part that is nearly everywhere is missed soon`() {
        let text = [UInt8](repeating: 0x61, count: 2_000_000)
        let started = ContinuousClock.now

        #expect(text.firstRange(of: Array(repeating: 0x61, count: 1_000_000) + [0x62]) == nil)
        #expect(text.firstRange(of: [0x62] + Array(repeating: 0x61, count: 1_000_000)) == nil)

        // Compared at every place it would be 1 TB.
        #expect(ContinuousClock.now - started < .seconds(10))
    }

    @Test func `a piece of a text is searched alone, and its places are places of the whole`() throws {
        let text = "one two one"
        let piece = text.dropFirst(3)

        let found = try #require(piece.firstRange(of: "one"))

        #expect(text[..<found.lowerBound] == "one two " && text[found] == "one")
        #expect(!piece.dropLast().contains("one"))
    }

    @Test(arguments: [
        ("a.b.c", ".", "-", "a-b-c"), ("~01", "~0", "~", "~1"), ("aaa", "aa", "b", "ba"),
        ("aaa", "", "b", "aaa"),
        ("", "a", "b", ""), ("one", "one", "", ""), ("på på", "på", "av", "av av"), ("xyz", "q", "b", "xyz"),
    ])
    func `each place is replaced once`(text: String, words: String, other: String, result: String) {
        #expect(text.replacing(words, with: other) == result)
        #expect(text.dropFirst(0).replacing(words, with: other) == result)
    }
}
