import TestSupport
/// Markdown by chance, with everything in it that a careless cut breaks.
enum RandomMarkdown {
    static func text(using chance: inout SeededGenerator) -> String {
        let count = Int.random(in: 0...120, using: &chance)
        return (0..<count).map { _ in pieces.randomElement(using: &chance) ?? "" }.joined()
    }

    private static let pieces = [
        "a", "word", "sentence. ", "! ", " ", "  ", "\n", "\n\n", "\n \n", "```", "```swift\n", "~~~\n",
        "````\n",
        "`", "``code``", "`x y`", "[link text](http://e.com/a_b)", "https://example.com/long/path?q=1", "**",
        "*",
        "_", "__", "~~", "||", "> ", "- ", "1. ", "# ", "\t", "(", ")", "[", "]", "(see this)", "é",
        "e\u{301}",
        "👨‍👩‍👧‍👦", "🇸🇪", "å", "漢字", "。", "\u{3000}", "\u{A0}", "\r\n", " \u{301}", "<@123>", "\\",
        "  - item", "\n    ```\n", "longlonglonglonglonglonglonglong", "> a quoted text that is long\n",
        "1. ```bash\n", "NO_REPLY", "MEDIA:/tmp/a.png", "[[reply_to_current]]", "[[reply_to: 7]]", "[[",
        "HEARTBEAT_OK",
    ]
}
