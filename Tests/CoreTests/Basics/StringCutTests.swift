import Core
import Testing

struct StringCutTests {
    @Test(
        arguments: ["plain text that is long enough", "åäö åäö åäö åäö åäö", "🦞🦞🦞🦞🦞🦞🦞🦞", "日本語のテキスト、長い"],
        0...40)
    func `a cut never splits a character and never exceeds its limit`(text: String, bytes: Int) {
        let head = text.head(bytes: bytes)
        let tail = text.tail(bytes: bytes)

        #expect(head.utf8.count <= max(bytes, 0) && text.hasPrefix(head) || text.utf8.count <= bytes)
        #expect(tail.utf8.count <= max(bytes, 0) && text.hasSuffix(tail) || text.utf8.count <= bytes)
        #expect(!head.unicodeScalars.contains("\u{FFFD}") && !tail.unicodeScalars.contains("\u{FFFD}"))
    }
}
