import Core

/// A chat as people spell it: `-100123`, `-100123:topic:4`, `@name`, `t.me/name`, with or without `telegram:` before it.
enum TelegramTarget: Hashable {
    case chat(Int, topic: Int?)
    case name(String, topic: Int?)

    init?(_ spelling: String) {
        var text = String(spelling.trimmed)
        var isStripped = true
        while isStripped {
            isStripped = false
            for prefix in ["telegram:", "tg:", "group:", "user:", "channel:"]
            where text.lowercased().hasPrefix(prefix) {
                text = String(text.dropFirst(prefix.count))
                isStripped = true
            }
        }
        for prefix in ["https://", "http://"] where text.lowercased().hasPrefix(prefix) {
            text = String(text.dropFirst(prefix.count))
        }
        let (place, topic) = Self.split(text)
        if let chat = Int(place), chat != 0 {
            self = .chat(chat, topic: topic)
            return
        }
        var name = Substring(place)
        if name.lowercased().hasPrefix("t.me/") { name = name.dropFirst(5) }
        if name.first == "@" { name = name.dropFirst() }
        guard name.count >= 4, name.allSatisfy({ $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) })
        else {
            return nil
        }
        self = .name("@\(name)", topic: topic)
    }

    /// `…:topic:4` and `…:4`.
    private static func split(_ text: String) -> (String, Int?) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count == 3, parts[1].lowercased() == "topic", let topic = Int(parts[2]) {
            return (String(parts[0]), topic)
        }
        if parts.count == 2, let topic = Int(parts[1]), topic >= 0 { return (String(parts[0]), topic) }
        return (text, nil)
    }
}
