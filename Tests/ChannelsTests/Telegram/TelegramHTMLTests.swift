import Core
import TestSupport
import Testing

@testable import Channels

struct TelegramHTMLTests {
    private static let cases: [(String, String)] = [
        ("plain", "plain"),
        ("a & b < c > d \"e\"", "a &amp; b &lt; c &gt; d &quot;e&quot;"),
        ("**bold** and *italic* and _italic_", "<b>bold</b> and <i>italic</i> and <i>italic</i>"),
        ("***both***", "<i><b>both</b></i>"),
        ("__strong__ ~~gone~~ ||hidden||", "<b>strong</b> <s>gone</s> <tg-spoiler>hidden</tg-spoiler>"),
        ("<u>under</u> <b>x</b> <i>unclosed", "<u>under</u> <b>x</b> &lt;i&gt;unclosed"),
        ("snake_case_name and 2*3*4", "snake_case_name and 2<i>3</i>4"),
        ("a * b * c", "a * b * c"),
        ("**not closed", "**not closed"),
        ("*a **b* c**", "<i>a b c</i>"),
        ("**a *b* c**", "<b>a <i>b</i> c</b>"),
        ("\\*literal\\*", "*literal*"),
        ("`code <b>`", "<code>code &lt;b&gt;</code>"),
        ("``a`b``", "<code>a`b</code>"),
        ("`open", "`open"),
        ("[text](https://a.b/c?d=1&e=2)", "<a href=\"https://a.b/c?d=1&amp;e=2\">text</a>"),
        ("[**bold** link](https://a.b)", "<a href=\"https://a.b\"><b>bold</b> link</a>"),
        ("[file](docs/x.md)", "file (docs/x.md)"),
        ("[Ann](tg://user?id=5)", "<a href=\"tg://user?id=5\">Ann</a>"),
        ("![picture](https://a.b/c.png)", "<a href=\"https://a.b/c.png\">picture</a>"),
        ("[no link] (x)", "[no link] (x)"),
        ("[wiki](https://a.b/c_(d))", "<a href=\"https://a.b/c_(d)\">wiki</a>"),
        ("https://a.b/c_d_e*f*", "https://a.b/c_d_e*f*"),
        ("**https://a.b/c_d_**", "<b>https://a.b/c_d_</b>"),
        ("<https://a.b>", "<a href=\"https://a.b\">https://a.b</a>"),
        ("# Title", "<b>Title</b>"),
        ("## A **b** c ##", "<b>A b c</b>"),
        ("- one\n- two\n  - three", "• one\n• two\n  • three"),
        ("1. one\n2) two", "1. one\n2) two"),
        ("- [ ] open\n- [x] done", "☐ open\n☑ done"),
        ("```swift\nlet a = 1 < 2\n```", "<pre><code class=\"language-swift\">let a = 1 &lt; 2</code></pre>"),
        ("```\nplain *x*\n```\nafter", "<pre>plain *x*</pre>\nafter"),
        ("```\nnever closed", "<pre>never closed</pre>"),
        ("> quoted\n> **more**\nafter", "<blockquote>quoted\n<b>more</b></blockquote>\nafter"),
        ("> a\n> > b", "<blockquote>a\nb</blockquote>"),
        ("a\n\nb", "a\n\nb"),
        ("---", "———"),
        ("a  \nb\\\nc", "a\nb\nc"),
        ("| a | b |\n|---|:-:|\n| 1 | **2** |\n| x\\|y | |", "<pre>a   | b\n----|--\n1   | 2\nx|y | </pre>"),
        ("😀 **😀**", "😀 <b>😀</b>"),
    ]

    @Test(arguments: cases)
    func markdownBecomesTelegramsHTML(markdown: String, html: String) {
        #expect(TelegramHTML.render(markdown, upTo: 4096)?.html == html)
    }

    @Test(arguments: [
        ("plain", 5), ("**bold**", 4), ("a & b", 5), ("😀", 2), ("[text](https://a.b)", 4),
        ("```x\nab\n```", 2),
    ])
    func lengthsCountWhatIsSeenInUTF16(markdown: String, units: Int) {
        #expect(TelegramHTML.render(markdown, upTo: 4096)?.units == units)
    }

    @Test func whatCannotBeSeenIsNotRendered() {
        for text in ["", "  \n", "```\n```", "#"] { #expect(TelegramHTML.render(text, upTo: 4096) == nil) }
    }

    @Test func aTableTooWideInColumnsStaysAsItWasWritten() {
        let source = "| a | b |\n|---|---|\n| 1 | 2 |"
        #expect(TelegramHTML.render(source, upTo: 30)?.html.hasPrefix("<pre>") == true)
        let narrow = "| a | \(String(repeating: "b", count: 60)) |\n|---|---|\n" + "| 1 | 2 |\n| 3 | 4 |"
        #expect(TelegramHTML.render(narrow, upTo: 4096)?.html.hasPrefix("<pre>") == true)
        #expect(TelegramHTML.render(narrow, upTo: narrow.utf16.count)?.html == narrow)
    }

    @Test func tablesCanBeLists() {
        let table = "| name | age |\n|---|---|\n| Ann | 5 |\n| Bob | 7 |"
        #expect(
            TelegramHTML.render(table, tables: .bullets, upTo: 4096)?.html == "• Ann, age: 5\n• Bob, age: 7")
    }

    /// Whatever is written, Telegram can read what is made of it, and it is as long as it says.
    @Test
    func anyTextBecomesHTMLThatTelegramReads() throws {
        for seed in fuzzSeeds() {
            var random = SeededGenerator(seed: seed)
            let pieces = [
                "*", "**", "_", "__", "~~", "||", "`", "```", "\n", "\n\n", " ", "[", "]", "(", ")",
                "](https://a.b)", "<u>",
                "</u>", "<", ">", "&", "\"", "\\", "|", "- ", "1. ", "> ", "# ", "|---|\n", "a", "b c", "😀",
                "é",
                "https://a.b/_",
                "<code>", "</code>", "!", "~", "\r\n", "\t",
            ]
            let text = (0..<Int.random(in: 1...60, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }
            .joined()
            guard let html = TelegramHTML.render(text, upTo: 4096) else { continue }
            let seen = try TelegramHTMLReader.text(of: html.html)
            #expect(seen.utf16.count == html.units, "\(text.debugDescription)")
        }
    }

    @Test func codeBehindABracketIsCodeAlsoWhenALoneBackquoteFollows() {
        #expect(
            TelegramHTML.render("[x] `a` and `b` or `", upTo: 4096)?.html
                == "[x] <code>a</code> and <code>b</code> or `")
        #expect(
            TelegramHTML.render("[`a`](https://a.b) `c`, `", upTo: 4096)?.html.contains("<code>c</code>")
                == true)
    }

    @Test func aThousandMarksInARowAreRead() {
        for mark in ["*", "_", "**", "~~", "||", "[", "`", "<b>", "![", "> "] {
            let text = String(repeating: mark, count: 1000) + "x"
            let words =
                String(repeating: mark + "x ", count: 1000) + String(repeating: "x" + mark, count: 300)
            // As a fence alone it shows nothing, but it is read.
            _ = TelegramHTML.render(text, upTo: 4096)
            let isRead = TelegramHTML.render(words, upTo: 8192) != nil
            #expect(isRead, "\(mark)")
        }
    }
}

/// Reads HTML as strictly as Telegram does: known tags only, each closed by its own, no quote in a quote.
private enum TelegramHTMLReader {
    struct Mistake: Error { var what: String }

    static func text(of html: String) throws -> String {
        var open: [Substring] = []
        var text = ""
        var rest = html[...]
        while let character = rest.first {
            if character == "<" {
                guard let end = rest.firstIndex(of: ">") else { throw Mistake(what: "unclosed tag") }
                let tag = rest[rest.index(after: rest.startIndex)..<end]
                rest = rest[rest.index(after: end)...]
                if tag.first == "/" {
                    guard open.popLast() == tag.dropFirst() else { throw Mistake(what: "unmatched \(tag)") }
                } else {
                    let name = tag.prefix { $0 != " " }
                    guard ["b", "i", "u", "s", "tg-spoiler", "code", "pre", "a", "blockquote"].contains(name)
                    else {
                        throw Mistake(what: "unsupported \(tag)")
                    }
                    if name == "blockquote" || name == "a", open.contains(name) {
                        throw Mistake(what: "\(name) twice")
                    }
                    open.append(name)
                }
            } else if character == "&" {
                guard let end = rest.firstIndex(of: ";"),
                    let meant = ["&amp": "&", "&lt": "<", "&gt": ">", "&quot": "\""][String(rest[..<end])]
                else { throw Mistake(what: "a bare &") }
                text += meant
                rest = rest[rest.index(after: end)...]
            } else {
                if character == ">" { throw Mistake(what: "a bare >") }
                text.append(character)
                rest.removeFirst()
            }
        }
        guard open.isEmpty else { throw Mistake(what: "left open: \(open)") }
        return text
    }
}
