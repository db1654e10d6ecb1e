/// The original wrote who, when and where in front of what people said.
///
/// That is for its model; lists and chats show the words only (contract §5.6).
enum Envelope {
    private static let channels = [
        "WebChat", "WhatsApp", "Telegram", "Slack", "Discord", "Signal", "iMessage", "Google Chat", "Teams",
        "MS Teams",
        "Matrix", "Zalo", "Zalo Personal", "BlueBubbles", "Mattermost", "LINE",
    ]

    static func stripped(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "[")) else { return text }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let kept = lines.contains(where: isMessageID) ? lines.filter { !isMessageID($0) } : lines
        let words = kept.joined(separator: "\n")
        guard let rest = withoutHeader(words) else { return words }
        return rest
    }

    private static func isMessageID(_ line: Substring) -> Bool {
        let line = line.drop(while: \.isWhitespace)
        return line.hasPrefix("[message_id: ") && line.last(where: { !$0.isWhitespace }) == "]"
    }

    /// Nil when the text does not begin with a header.
    private static func withoutHeader(_ text: String) -> String? {
        guard text.hasPrefix("["), let end = text.firstIndex(of: "]") else { return nil }
        let header = text[text.index(after: text.startIndex)..<end]
        guard header.count <= 200, isHeader(header) else { return nil }
        return String(text[text.index(after: end)...].drop(while: \.isWhitespace))
    }

    private static func isHeader(_ header: Substring) -> Bool {
        channels.contains { header.hasPrefix($0 + " ") } || hasMoment(header)
    }

    /// `2026-02-17T10:15Z` or `2026-02-17 10:15` anywhere.
    private static func hasMoment(_ header: Substring) -> Bool {
        let bytes = Array(header.utf8)
        let shape = Array("0000-00-00_00:00".utf8)
        guard bytes.count >= shape.count else { return false }
        return (0...(bytes.count - shape.count)).contains { start in
            let matches = shape.indices.allSatisfy { index in
                let byte = bytes[start + index]
                return switch shape[index] {
                case UInt8(ascii: "0"): UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                case UInt8(ascii: "_"): byte == UInt8(ascii: " ") || byte == UInt8(ascii: "T")
                default: byte == shape[index]
                }
            }
            guard matches, bytes[start + 10] == UInt8(ascii: "T") else { return matches }
            return bytes[(start + shape.count)...].first == UInt8(ascii: "Z")
        }
    }
}
