import Core

/// One line of a text for lists: spaces joined, cut at a word where one is near.
func excerpt(_ text: String, characters limit: Int) -> String? {
    // Only the start is looked at: a message may be megabytes long.
    let start = text.prefix(limit * 8)
    let line = start.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    guard !line.isEmpty else { return nil }
    guard line.count > limit || start.endIndex < text.endIndex else { return line }
    let cut = line.prefix(limit - 1)
    if let space = cut.lastIndex(of: " "), cut.distance(from: cut.startIndex, to: space) * 10 > limit * 6 {
        return cut[..<space] + "…"
    }
    return cut + "…"
}

extension Message {
    /// The text people see in lists; nil for what has none, and for tool results.
    var listText: String? {
        switch self {
        case .user(let message): message.content.text
        case .assistant(let message): message.text
        case .toolResult: nil
        }
    }

    var isFromUser: Bool { if case .user = self { true } else { false } }

    var timestamp: Timestamp {
        switch self {
        case .user(let message): message.timestamp
        case .assistant(let message): message.timestamp
        case .toolResult(let message): message.timestamp
        }
    }
}
