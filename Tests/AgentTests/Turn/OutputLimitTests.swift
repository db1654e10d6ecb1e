import Testing

@testable import Agent

struct OutputLimitTests {
    @Test(
        arguments: ["plain text that is long enough", "åäö åäö åäö åäö åäö", "🦞🦞🦞🦞🦞🦞🦞🦞", "日本語のテキスト、長い"],
        0...40)
    func `a cut never splits a character and never exceeds its limit`(text: String, bytes: Int) {
        let head = OutputLimit.head(text, bytes: bytes)
        let tail = OutputLimit.tail(text, bytes: bytes)

        #expect(head.utf8.count <= max(bytes, 0) && text.hasPrefix(head) || text.utf8.count <= bytes)
        #expect(tail.utf8.count <= max(bytes, 0) && text.hasSuffix(tail) || text.utf8.count <= bytes)
        #expect(!head.unicodeScalars.contains("\u{FFFD}") && !tail.unicodeScalars.contains("\u{FFFD}"))
    }

    @Test
    func `short text stays as it is, long text says how much is missing`() {
        #expect(OutputLimit.headAndTail("short", bytes: 10) == "short")
        #expect(
            OutputLimit.headAndTail(String(repeating: "x", count: 100), bytes: 30).contains(
                "[… 70 bytes left out …]"))
    }
}
