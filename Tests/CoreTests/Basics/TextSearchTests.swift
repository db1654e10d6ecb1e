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
