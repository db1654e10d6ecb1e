import Core

/// One line of a text for lists: white space joined, cut at a word where one is near.
///
/// Nil for a text without words.
///
/// Works on bytes: it runs for every message, and looking up each character's Unicode properties costs more than storing it.
func excerpt(_ text: String, characters limit: Int) -> String? {
    let (line, isWhole) = joinedStart(of: text, bytes: limit * longestCharacter)
    guard !line.isEmpty else { return nil }
    if isWhole && (line.utf8.count <= limit || line.count <= limit) { return line }
    let cut = line.prefix(limit - 1)
    if let space = cut.lastIndex(of: " "), cut.distance(from: cut.startIndex, to: space) * 10 > limit * 6 {
        return cut[..<space] + "…"
    }
    return cut + "…"
}

/// Bytes of UTF-8 that a character of people's writing has at most, emoji of several parts included.
private let longestCharacter = 32

/// The first `bytes` of a text with its white space joined, and whether that is all of it.
private func joinedStart(of text: String, bytes limit: Int) -> (line: String, isWhole: Bool) {
    var line: [UInt8] = []
    line.reserveCapacity(min(limit, text.utf8.count))
    var isAfterSpace = false
    for byte in text.utf8 {
        if byte <= UInt8(ascii: " ") {
            isAfterSpace = !line.isEmpty
            continue
        }
        // Never in the middle of a character's bytes.
        if line.count >= limit && byte & 0xC0 != 0x80 {
            return (String(decoding: line, as: UTF8.self), false)
        }
        if isAfterSpace { line.append(UInt8(ascii: " ")) }
        isAfterSpace = false
        line.append(byte)
    }
    return (String(decoding: line, as: UTF8.self), true)
}

extension Message {
    /// The text people see in lists; nil for what has none, for tool results and for summaries.
    var listText: String? {
        switch self {
        case .user(let message): message.content.text
        case .assistant(let message): message.text
        case .toolResult, .compaction: nil
        }
    }

    var isCompaction: Bool { if case .compaction = self { true } else { false } }

    var timestamp: Timestamp {
        switch self {
        case .user(let message): message.timestamp
        case .assistant(let message): message.timestamp
        case .toolResult(let message): message.timestamp
        case .compaction(let message): message.timestamp
        }
    }
}
