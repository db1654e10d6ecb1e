package struct TextSplitter: Sendable {
    package enum Mode: Sendable { case length, newline }
    package init(limits: MessageLimits, mode: Mode = .length) {}
    package func split(_ text: String) -> [String] { text.isEmpty ? [] : [text] }
}
package struct ReplyDirectives: Sendable {
    package var text: String
    package var media: [String] = []
    package var isSilent = false
    package var isVoice = false
    package var replyTo: String?
    package var repliesToCurrent = false
    package init(_ text: String) { self.text = text; isSilent = text == "NO_REPLY" }
    package static func mayBeSilent(_ text: String) -> Bool { false }
}
package enum SenderMatch {
    package static func contains(_ sender: Sender, _ entries: [String]) -> Bool {
        entries.contains("*") || entries.contains(sender.id)
    }
}
package struct MentionPatterns: Sendable {
    package init() {}
    package var isEmpty: Bool { true }
    package func match(_ text: String) -> Bool { false }
}
