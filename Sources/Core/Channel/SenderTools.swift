/// `tools` and `toolsBySender` of one entry in the config: which tools are left to whom.
package struct SenderTools: Sendable, Hashable {
    private let everybody: JSON?
    private let bySender: JSONObject

    package init(_ entry: JSON) {
        everybody = entry["tools"]
        bySender = entry["toolsBySender"]?.objectValue ?? [:]
    }

    /// What it says of a sender: their own rule, else everybody's, else the entry's; nil for not a word.
    ///
    /// A key that cannot be read may mean anybody, so who has no rule of their own beside it is left nothing.
    func rule(for sender: Sender, on channel: ChannelID) -> JSON? {
        let own = bySender.compactMap { entry in SenderKey(entry.key).map { ($0, entry.value) } }
            .filter { $0.0.names(sender, on: channel) }
            .min { $0.0.rank < $1.0.rank }
        if let own { return own.1 }
        if !Self.unreadable(in: bySender).isEmpty { return ["deny": ["*"]] }
        return bySender["*"] ?? everybody
    }

    package static func unreadable(in rules: JSONObject) -> [String] {
        rules.map(\.key).filter { $0 != "*" && SenderKey($0) == nil }
    }
}

/// Whom a key of `toolsBySender` means: `channel:telegram:ID`, `id:ID`, `username:NAME`, or an entry as in `allowFrom`.
///
/// No phone number (`e164:`) is known here, what people call themselves at will (`name:`) is no sign of them, and a star
/// stands for everybody only alone.
private enum SenderKey {
    case id(String, on: ChannelID?)
    case entry(String)
    case username(String)

    init?(_ key: String) {
        let parts = key.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map {
            String($0.trimmed)
        }
        guard parts.allSatisfy({ !$0.isEmpty }), !key.contains("*") else { return nil }
        guard parts.count == 2 else {
            self = .entry(key)
            return
        }
        switch parts[0].lowercased() {
        case "id": self = .id(parts[1], on: nil)
        case "username": self = .username(parts[1].hasPrefix("@") ? parts[1] : "@" + parts[1])
        case "channel":
            guard let colon = parts[1].firstIndex(of: ":") else { return nil }
            let channel = ChannelID(parts[1][..<colon].lowercased())
            self = .id(String(parts[1][parts[1].index(after: colon)...]), on: channel)
        case "discord", "telegram", "tg", "user", "pk": self = .entry(key)
        default: return nil
        }
    }

    /// The lowest of those that name somebody holds.
    var rank: Int {
        switch self {
        case .id(_, on: .some): 0
        case .id, .entry: 1
        case .username: 2
        }
    }

    func names(_ sender: Sender, on channel: ChannelID) -> Bool {
        switch self {
        case .id(let id, on: let only):
            id.lowercased() == sender.id.lowercased() && (only == nil || only == channel)
        case .entry(let entry), .username(let entry): SenderMatch.contains(sender, [entry])
        }
    }
}
