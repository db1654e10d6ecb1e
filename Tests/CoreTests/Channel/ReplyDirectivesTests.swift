import TestSupport
import Testing

@testable import Core

struct ReplyDirectivesTests {
    // MARK: Silence

    @Test(arguments: [
        "NO_REPLY", " NO_REPLY\n", "**NO_REPLY**", "`NO_REPLY`.", "no_reply", "{\"action\": \"NO_REPLY\"}",
    ])
    func `the token alone says that nothing is sent`(answer: String) {
        let directives = ReplyDirectives(answer)
        #expect(directives.isSilent)
        #expect(directives.text == "")
    }

    @Test(arguments: [
        ("Say NO_REPLY to stay silent.", "Say NO_REPLY to stay silent."),
        ("NO_REPLYING is fun", "NO_REPLYING is fun"),
        ("NO_REPLY is a word", "NO_REPLY is a word"), ("😄 NO_REPLY", "😄"),
        ("NO_REPLY\n\nWait, yes.", "Wait, yes."),
        ("Done.\nNO_REPLY", "Done."), ("xNO_REPLY", "xNO_REPLY"), ("", ""),
    ])
    func `in a longer answer it is a word, and at its edges it is left out`(answer: String, text: String) {
        let directives = ReplyDirectives(answer)
        #expect(!directives.isSilent)
        #expect(directives.text == text)
    }

    // MARK: Tags

    @Test func `tags are taken out wherever they stand`() {
        let directives = ReplyDirectives("[[reply_to_current]] Hello [[ Audio_As_Voice ]] there")
        #expect(directives.text == "Hello there")
        #expect(directives.replyTo == .current)
        #expect(directives.isVoice)
    }

    @Test func `a message that is named counts more than the current one`() {
        #expect(ReplyDirectives("[[reply_to: 123 ]]Hi [[reply_to_current]]").replyTo == .message("123"))
        #expect(ReplyDirectives("[[reply_to_current]]\n[[reply_to:a-7]]\nHi").replyTo == .message("a-7"))
        #expect(ReplyDirectives("[[reply_to_current]]\n[[reply_to:a-7]]\nHi").text == "Hi")
    }

    @Test(arguments: [
        "[[reply_to:]] a", "[[other]] a", "a[[", "[[reply_to_current]", "```\n[[reply_to_current]]\n```",
        "Write `[[reply_to_current]]` for it", "a [b](c) [[d]]",
    ])
    func `what is no tag or stands in code is text`(answer: String) {
        #expect(ReplyDirectives(answer).text == answer)
        #expect(ReplyDirectives(answer).replyTo == nil)
    }

    // MARK: Files

    static let media: [(String, [String])] = [
        ("MEDIA:/tmp/a.png", ["/tmp/a.png"]), ("MEDIA: ./out/a.png", ["./out/a.png"]),
        ("  MEDIA: `/tmp/a.png`", ["/tmp/a.png"]), ("`MEDIA:/tmp/a.png`", ["/tmp/a.png"]),
        ("**MEDIA: /tmp/a.png**", ["/tmp/a.png"]), ("MEDIA: \"/tmp/my file.png\"", ["/tmp/my file.png"]),
        ("MEDIA: /tmp/my file.png", ["/tmp/my file.png"]), ("MEDIA: (/tmp/a.png)", ["/tmp/a.png"]),
        ("MEDIA: /tmp/a.png /tmp/b.png", ["/tmp/a.png", "/tmp/b.png"]),
        ("MEDIA: `/tmp/a b.png` `/tmp/c.png`", ["/tmp/a b.png", "/tmp/c.png"]),
        ("MEDIA:/tmp/a.png MEDIA:/tmp/b.png", ["/tmp/a.png", "/tmp/b.png"]),
        ("MEDIA: file:///tmp/a.png", ["/tmp/a.png"]), ("MEDIA: ~/a.png", ["~/a.png"]),
        ("MEDIA: https://example.com/a.png?x=1", ["https://example.com/a.png?x=1"]),
        ("MEDIA: picture.png", ["picture.png"]), ("MEDIA: out/a.png", ["out/a.png"]),
        // Who sends them says why these are not.
        ("MEDIA: ../../etc/passwd", ["../../etc/passwd"]), ("MEDIA: ~root/a.png", ["~root/a.png"]),
    ]

    @Test(arguments: media)
    func `a line names files`(line: String, media: [String]) {
        let directives = ReplyDirectives("Here it is.\n\n\(line)\n\nBye.")
        #expect(directives.media == media)
        #expect(directives.text == "Here it is.\n\nBye.")
    }

    @Test(arguments: [
        "MEDIA: http://example.com/a.png", "MEDIA: https://me:secret@example.com/a", "MEDIA: nothing",
        "MEDIA:",
        "See MEDIA: /tmp/a.png", "media: /tmp/a.png", "```\nMEDIA:/tmp/a.png\n```",
        "a\n\n    MEDIA:/tmp/a.png",
        "MEDIA: https:///a.png",
    ])
    func `what names none or stands in code is text`(answer: String) {
        #expect(ReplyDirectives(answer).text == answer)
        #expect(ReplyDirectives(answer).media == [])
    }

    @Test func `what else the line says is kept`() {
        let directives = ReplyDirectives("MEDIA: https://example.com/a.png enjoy")
        #expect(directives.media == ["https://example.com/a.png"])
        #expect(directives.text == "enjoy")
    }

    @Test func `the answer keeps its shape`() {
        let answer = "# Title\n\n- a  b\n    - c\n\n```\n  x\n\n\n  y\n```\n\nEnd  here."
        #expect(ReplyDirectives(answer).text == answer)
        #expect(ReplyDirectives("One\n\n[[reply_to_current]]\n\nTwo").text == "One\n\nTwo")
    }

    // MARK: While it is written

    @Test(arguments: [
        ("N", ""), ("NO_", ""), ("**NO_RE", ""), ("NO_REPLY", ""), ("No", "No"), ("{\"act", ""),
        ("{\"a\":", "{\"a\":"),
        ("Hi [", "Hi"), ("Hi [[re", "Hi"), ("Hi [[reply_to:12", "Hi"), ("Hi [[reply_to_current]", "Hi"),
        ("Hi [[reply_to_current]] you", "Hi you"), ("Hi [[x", "Hi [[x"), ("Hi [link", "Hi [link"),
        ("Hi\nMED", "Hi"), ("Hi\nMEDIA:/tmp/a b", "Hi"), ("Hi\nMEDIA:/tmp/a\nyou", "Hi\nyou"),
        ("Hi\nMedia", "Hi\nMedia"),
        ("```\nMED", "```\nMED"), ("Done. NO_RE", "Done."),
    ])
    func `a directive that has begun is held back`(answer: String, shown: String) {
        #expect(ReplyDirectives(soFar: answer).text == shown)
    }

    @Test func `what is shown grows to what is sent`() {
        let answer = """
            [[reply_to_current]]Here **you** are: [a](https://a.se) [[audio_as_voice]]

            ```
            [[reply_to_current]]
            MEDIA:/no
            ```
            MEDIA:/tmp/a.png
            Bye [[ NO_REPLY
            """
        let sent = ReplyDirectives(answer).text
        var shown = ""
        for end in answer.indices {
            let next = ReplyDirectives(soFar: String(answer[...end])).text
            #expect(next.hasPrefix(shown) && sent.hasPrefix(next), "after \(answer[...end])")
            shown = next
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: ["[", "[[", "[[a", "[[a]]", "[[`", "[[reply_to:", "[[ `]]"])
    func `what a model repeats without end is read at once`(piece: String) {
        let answer = String(repeating: piece, count: 20_000)

        let took = ContinuousClock().measure {
            #expect(ReplyDirectives(answer).text.count <= answer.count)
            #expect(ReplyDirectives(soFar: answer).text.count <= answer.count)
        }

        #expect(took < .seconds(20))
    }

    @Test func `any text is read, and read again it has nothing to take out`() {
        for seed in fuzzSeeds() {
            var chance = SeededGenerator(seed: seed)
            let answer = RandomMarkdown.text(using: &chance)
            let directives = ReplyDirectives(answer)
            #expect(directives.text[...].trimmed.isEmpty == directives.text.isEmpty, "seed \(seed)")
            #expect(directives.isSilent ? directives.text.isEmpty : true, "seed \(seed)")
            #expect(ReplyDirectives(soFar: answer).text.utf8.count <= answer.utf8.count, "seed \(seed)")
        }
    }
}
