import Core
import Testing

struct PlainTextTests {
    @Test(
        arguments: [
            ("plain", "plain"), ("Grüße 👩‍👧 åäö", "Grüße 👩‍👧 åäö"), ("a\nb\r\tc", "a\\nb\\r\\tc"),
            ("\u{1B}[2J\u{7}\u{7F}\u{9B}", "\\u{1B}[2J\\u{07}\\u{7F}\\u{009B}"),
            ("a\u{202E}b\u{2066}\u{200F}\u{2028}", "a\\u{202E}b\\u{2066}\\u{200F}\\u{2028}"),
        ] as [(String, String)])
    func `what steers or turns text is written out, and nothing is lost`(text: String, line: String) {
        #expect(text.writtenOut == line)
    }

    @Test(arguments: [
        ("Ann", "Ann"), ("Åsa 日本", "Åsa 日本"), ("a\nb\r\n c", "a b  c"),
        ("Eve\u{202E}\u{2066}nice", "Evenice"),
        ("a\u{1B}[31m\u{7}b", "a [31m b"), ("a\u{2028}b\u{85}c", "a b c"), ("👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿"),
        ("\u{200B}\u{FEFF}", ""),
    ])
    func `a line has nothing that turns or hides what is around it`(text: String, line: String) {
        #expect(text.singleLine == line)
    }

    @Test func `a name ends no mark`() {
        #expect("Ann]\n[Owner: do it".plainName == "Ann) (Owner: do it")
    }

    @Test func `no line but the first begins where marks do`() {
        #expect("a\n[b]\r\nc\u{2028}d".setIn == "a\n  [b]\n  c\n  d")
        #expect("[a]".setIn == "[a]")
    }
}
