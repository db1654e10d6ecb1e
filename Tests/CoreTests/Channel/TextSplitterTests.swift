import TestSupport
import Testing

@testable import Core

struct TextSplitterTests {
    private func split(
        _ text: String, _ longest: Int, unit: MessageLimits.Unit = .utf16, lines: Int? = nil,
        mode: ChannelRules.ChunkMode = .length
    ) -> [String] {
        let limits = MessageLimits(longest: longest, unit: unit, mostLines: lines)
        return TextSplitter(limits: limits, mode: mode).split(text)
    }

    // MARK: Where it cuts

    @Test(arguments: ["", " ", "\n\n", "\u{A0}\u{3000}"])
    func `there is no message for white space`(text: String) {
        #expect(split(text, 20) == [])
    }

    @Test func `what fits is one message`() {
        #expect(split("One.\n\nTwo.\n", 20) == ["One.\n\nTwo."])
        #expect(split(String(repeating: "a", count: 20) + "\n\n", 20) == [String(repeating: "a", count: 20)])
    }

    static let preferences: [(String, [String])] = [
        ("one two\nthree\n\nfour five six", ["one two\nthree", "four five six"]),
        ("one two three\nfour five six", ["one two three", "four five six"]),
        ("One is two. Three is four five", ["One is two.", "Three is four five"]),
        ("one two three four five six", ["one two three four", "five six"]),
        ("a longer line (with a remark)", ["a longer line", "(with a remark)"]),
        ("onetwothreefourfivesixseveneight", ["onetwothreefourfives", "ixseveneight"]),

    ]

    @Test(arguments: preferences)
    func `the best place is a blank line, a line break, a sentence's end, a space`(
        text: String, parts: [String]
    ) {
        #expect(split(text, 20) == parts)
    }

    @Test func `a sentence without a space behind it ends, too`() {
        #expect(split("今日は晴れです。明日は雨", 10) == ["今日は晴れです。", "明日は雨"])
    }

    @Test func `a place in the first half is taken only when there is none in the second`() {
        #expect(split("a\n\nbcd efg hij klm nop qrs", 20) == ["a\n\nbcd efg hij klm", "nop qrs"])
        #expect(split("ab cdefghijklmnopqrstu", 20) == ["ab", "cdefghijklmnopqrstu"])
    }

    @Test func `a heading stays with what it stands above`() {
        #expect(
            split("some words here\n# Title\n\nand text", 26) == ["some words here", "# Title\n\nand text"])
    }

    @Test func `paragraphs become messages when asked for`() {
        let text = "one\n\ntwo\nthree\n \n```\na\n\nb\n```\n\nfour"
        #expect(split(text, 100, mode: .newline) == ["one", "two\nthree", "```\na\n\nb\n```", "four"])
    }

    @Test func `more lines than a platform likes are split at a line, never within one`() {
        #expect(split("1\n2\n3\n4\n5", 100, lines: 2) == ["1\n2", "3\n4", "5"])
        #expect(split("```\n1\n2\n3\n```", 100, lines: 4) == ["```\n1\n2\n```", "```\n3\n```"])
        #expect(split("one two three", 100, lines: 1) == ["one two three"])
    }

    // MARK: What it keeps whole

    @Test(arguments: [
        "see [the long link](https://a.se/b)", "see https://example.com/a.b?c",
        "see `let a = 1 + 2 + 3` there",
        "see <https://example.com/a>",
    ])
    func `a link, an address and code in a line go to the next message`(text: String) {
        let parts = split("A few words, " + text, 32)
        #expect(parts.count == 2)
        #expect(parts.last?.contains(text.drop { $0 != " " }.dropFirst().prefix(9)) == true)
        #expect(parts.first?.hasPrefix("A few words") == true)
        for mark in ["[the", "https", "`let", "<https"] where text.contains(mark) {
            #expect(parts.first?.contains(mark) == false)
        }
    }

    @Test func `what people see as one character is not cut`() {
        let family = "👨‍👩‍👧‍👦"
        #expect(split(String(repeating: family, count: 3), 25) == [family + family, family])
        #expect(split("aaaaaaaaaaaaaaaaaaae\u{301}b", 20) == ["aaaaaaaaaaaaaaaaaaa", "e\u{301}b"])
    }

    @Test func `the platform's own unit counts`() {
        #expect(split("😀😀😀😀", 4, unit: .utf16) == ["😀😀", "😀😀"])
        #expect(split("😀😀😀😀", 4, unit: .scalars) == ["😀😀😀😀"])
        #expect(split("😀😀😀😀", 4, unit: .bytes) == ["😀", "😀", "😀", "😀"])
    }

    // MARK: What it closes and opens again

    /// A block's lines, with what stands before each of them and before the first.
    struct Fence: Sendable {
        var opening: String
        var reopening: String
        var indentation = ""
        var closing: String
    }

    static let fences = [
        Fence(opening: "```swift", reopening: "```swift", closing: "```"),
        Fence(opening: "~~~~ py", reopening: "~~~~ py", closing: "~~~~"),
        Fence(opening: "  ```c", reopening: "  ```c", indentation: "  ", closing: "  ```"),
        Fence(opening: "1. ```sh", reopening: "   ```sh", indentation: "   ", closing: "   ```"),
        Fence(opening: "> ```c", reopening: "> ```c", indentation: "> ", closing: "> ```"),
    ]

    @Test(arguments: fences)
    func `a block of code is closed and opened again with its own line`(fence: Fence) {
        let first = fence.indentation + "let a = 1 + 1 + 1 + 1"
        let second = fence.indentation + "let b = 2 + 2 + 2 + 2"
        let text = [fence.opening, first, second, fence.closing].joined(separator: "\n")
        #expect(
            split(text, 48) == [
                [fence.opening, first, fence.closing].joined(separator: "\n"),
                [fence.reopening, second, fence.closing].joined(separator: "\n"),
            ])
    }

    @Test func `a block that nobody closed is closed`() {
        #expect(split("text\n```swift\nlet a", 100) == ["text\n```swift\nlet a\n```"])
    }

    @Test func `marked words are marked in both messages`() {
        #expect(split("_one two three four five six_", 20) == ["_one two three four_", "_five six_"])
        #expect(split("**one _two three four_ five**", 20) == ["**one _two three_**", "**_four_ five**"])
        #expect(
            split("Reasoning:\n_one two three\nfour five six_", 30) == [
                "Reasoning:\n_one two three_", "_four five six_",
            ])
    }

    @Test func `the rest of a quoted line is quoted`() {
        #expect(split("> one two three four five six", 20) == ["> one two three four", "> five six"])
    }

    @Test func `the mark of a list item keeps its text, and a nested one its indentation`() {
        #expect(split("- one two three\n  - four five six", 20) == ["- one two three", "  - four five six"])
        #expect(split("1. abcdefghijklmnopqrstuvwxyz", 20).first == "1. abcdefghijklmnopq")
    }

    // MARK: What always holds

    @Test func `limits hold, nothing is lost, nothing that people see as one is cut`() {
        for seed in fuzzSeeds() {
            var chance = SeededGenerator(seed: seed)
            let text = RandomMarkdown.text(using: &chance)
            let limits = MessageLimits(
                longest: [4, 7, 16, 20, 40, 60, 100, 500].randomElement(using: &chance) ?? 4,
                unit: [.utf16, .scalars, .bytes].randomElement(using: &chance) ?? .bytes,
                mostLines: [nil, 1, 3, 17].randomElement(using: &chance) ?? nil)
            let mode: ChannelRules.ChunkMode = Bool.random(using: &chance) ? .length : .newline
            check(text, limits, mode, "seed \(seed)")
        }
    }

    private func check(
        _ text: String, _ limits: MessageLimits, _ mode: ChannelRules.ChunkMode, _ name: Comment
    ) {
        let map = MarkdownMap(text)
        let splitter = TextSplitter(limits: limits, mode: mode)
        let pieces = splitter.pieces(of: map)
        let parts = splitter.split(text)
        #expect(parts.count == pieces.count, name)
        var end = 0
        for (piece, part) in zip(pieces, parts) {
            #expect(isSpace(map.bytes[end..<max(end, piece.range.lowerBound)]), name)
            #expect(end <= piece.range.lowerBound, name)
            end = piece.range.upperBound
            #expect(length(part, limits.unit) <= limits.longest, name)
            #expect(!isSpace(Array(part.utf8)[...]), name)
            #expect(!part.contains("\u{FFFD}"), name)
            guard limits.longest >= 60 else { continue }
            let cuts = [piece.range.lowerBound, piece.range.upperBound]
            #expect(!cuts.contains { map.joints[$0].contains(.character) }, name)
            // A word that is longer than a message may be anything, also half a fence.
            if !cuts.contains(where: { map.joints[$0].contains(.word) }) { #expect(isBalanced(part), name) }
        }
        #expect(isSpace(map.bytes[end...]), name)
    }

    private func length(_ part: String, _ unit: MessageLimits.Unit) -> Int {
        switch unit {
        case .utf16: part.utf16.count
        case .scalars: part.unicodeScalars.count
        case .bytes: part.utf8.count
        }
    }

    private func isSpace(_ bytes: ArraySlice<UInt8>) -> Bool {
        String(decoding: bytes, as: UTF8.self).unicodeScalars.allSatisfy(\.properties.isWhitespace)
    }

    private func isBalanced(_ part: String) -> Bool {
        var reader = MarkdownLineReader()
        let bytes = Array(part.utf8)
        var start = 0
        for line in part.utf8.split(separator: 0x0A, omittingEmptySubsequences: false) {
            _ = reader.read(start..<start + line.count, of: bytes)
            start += line.count + 1
        }
        return reader.fence == nil
    }

    @Test(arguments: [
        String(repeating: "x", count: 1 << 18),
        String(repeating: "```swift\nlet a = 1\n```\n", count: 10_000),
        "```\n" + String(repeating: "\n", count: 1 << 18), "a" + String(repeating: "\u{301}", count: 1 << 17),
        String(repeating: "[](", count: 1 << 16), String(repeating: "**a", count: 1 << 16),
        String(repeating: "🇸🇪", count: 1 << 15),
        (1...500).map { String(repeating: "`", count: $0) + " " }.joined(),
    ])
    func `texts that invite to look at everything again and again are split, too`(text: String) {
        let limits = MessageLimits(longest: 2_000, unit: .utf16, mostLines: 17)
        let parts = TextSplitter(limits: limits).split(text)
        #expect(parts.allSatisfy { $0.utf16.count <= 2_000 })
        // Each cut may take the white space that it stands at.
        let kept = parts.reduce(0) { $0 + $1.utf8.count + 2 }
        #expect(kept >= text[...].trimmed.utf8.count)
    }
}
