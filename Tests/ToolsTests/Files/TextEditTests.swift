import Testing

@testable import Tools

struct TextEditTests {
    @Test(arguments: [
        ("one\ntwo\nthree\n", "two", "2", "one\n2\nthree\n", 2), ("abc", "abc", "", "", 1),
        ("aXb", "X", "YY", "aYYb", 1),
        ("a\r\nb\r\nc\r\n", "a\nb", "x\ny", "x\r\ny\r\nc\r\n", 1), ("é\nö", "ö", "o", "é\no", 2),
        ("aab", "ab", "c", "ac", 1),
    ])
    func `one exact place is replaced`(text: String, old: String, new: String, expected: String, line: Int)
        throws
    {
        let edit = TextEdit(old: Array(old.utf8), new: Array(new.utf8))
        let result = try edit.apply(to: Array(text.utf8), named: "f")

        #expect(String(decoding: result.bytes, as: UTF8.self) == expected)
        #expect(result.line == line)
    }

    @Test func `a text that stands nearly everywhere is found soon`() throws {
        func text(_ count: Int) -> [UInt8] { Array(String(repeating: "ab", count: count).utf8) }
        let edit = TextEdit(old: text(100_000) + [0x63], new: [0x64])
        let started = ContinuousClock.now

        let result = try edit.apply(to: text(300_000) + [0x63], named: "f")
        #expect(throws: ToolFailure.self) { try edit.apply(to: text(300_000), named: "f") }

        // Compared at every place it would be 40 billion bytes.
        #expect(ContinuousClock.now - started < .seconds(10))
        #expect(result.bytes == text(200_000) + [0x64] && result.line == 1)
    }

    @Test(arguments: [
        ("abc", "", "x", "empty"), ("abc", "b", "b", "the same"), ("abc", "z", "x", "does not occur"),
        ("aaa", "a", "b", "3 times"), ("", "a", "b", "does not occur"), ("x y x", "x", "z", "2 times"),
    ])
    func `doubt is refused with its reason`(text: String, old: String, new: String, reason: String) {
        let edit = TextEdit(old: Array(old.utf8), new: Array(new.utf8))
        let failure = #expect(throws: ToolFailure.self) { try edit.apply(to: Array(text.utf8), named: "f") }

        #expect(failure?.message.contains(reason) == true, "\(failure?.message ?? "")")
    }
}
