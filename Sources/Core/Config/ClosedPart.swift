/// What a mistake in the config leaves shut: it stands where people, or the assistant, are kept from something.
package enum ClosedPart: Hashable, Sendable {
    /// No gateway starts.
    case gateway
    /// The assistant has no tools.
    case tools
    /// Nothing is read or sent on chat platforms: on all of them, on one, or in one account of it.
    case channels(String? = nil, account: String? = nil)

    /// By a wrong value at `path`; nil where it keeps nobody from anything.
    init?(mistakeAt path: ConfigPath) {
        guard Self.restricts(path) || Self.holdsRestrictions(path) else { return nil }
        self.init(holding: path)
    }

    /// By a key that nobody knows, where the one at `meant` was meant.
    init?(unknownKeyAt path: ConfigPath, meant: ConfigPath?) {
        // Whatever stands among a secret and its rules was meant to keep somebody out.
        if path.steps.first == .key("gateway"), Self.restricts(path) {
            self = .gateway
            return
        }
        guard let meant, let part = ClosedPart(mistakeAt: meant) else { return nil }
        let isMisplaced = meant.parent != path.parent && path.parent != .root
        let isOfChannel = path.steps.first == .key("channels")
        guard isMisplaced, isOfChannel || part != .gateway else {
            self = part
            return
        }
        // Where it stands counts: a word that means something under `tools` may mean nothing here.
        guard let own = ClosedPart(holding: path), own != .gateway else { return nil }
        self = own
    }

    /// The part that the rules at `path` are about.
    private init?(holding path: ConfigPath) {
        guard case .key(let section) = path.steps.first else { return nil }
        switch section {
        case "gateway": self = .gateway
        case "tools", "agents", "approvals": self = .tools
        case "commands", "bindings", "session": self = .channels()
        case "channels": self.init(channelOf: path)
        default: return nil
        }
    }

    private init?(channelOf path: ConfigPath) {
        let keys = path.steps.map { step in if case .key(let key) = step { key } else { "" } }
        switch keys.dropFirst().first {
        case nil, "defaults": self = .channels()
        case "modelByChannel": return nil
        case let id: self = .channels(id, account: keys.count > 3 && keys[2] == "accounts" ? keys[3] : nil)
        }
    }

    package func covers(channel: String, account: String) -> Bool {
        guard case .channels(let id, let own) = self else { return false }
        return (id ?? channel) == channel && (own ?? account) == account
    }

    /// As the end of a sentence.
    package var words: String {
        switch self {
        case .gateway: "no gateway starts"
        case .tools: "the assistant has no tools"
        case .channels(nil, _): "nothing is read or sent on chat platforms"
        case .channels(let id?, nil): "nothing is read or sent on \(id)"
        case .channels(let id?, let account?): "nothing is read or sent on \(id) (account `\(account)`)"
        }
    }

    // MARK: Where rules stand

    /// Rules of a channel's section or account: who may do what there. `*` stands for every name of a map, and a key for all
    /// that is below it.
    package static let channelRules = """
        enabled dmPolicy allowFrom groupPolicy groupAllowFrom dm actions execApprovals
        guilds.*.requireMention guilds.*.users guilds.*.roles guilds.*.tools guilds.*.toolsBySender
        guilds.*.channels.*.allow guilds.*.channels.*.enabled guilds.*.channels.*.users guilds.*.channels.*.roles
        guilds.*.channels.*.requireMention guilds.*.channels.*.tools guilds.*.channels.*.toolsBySender
        groups.*.enabled groups.*.groupPolicy groups.*.requireMention groups.*.allowFrom groups.*.tools groups.*.toolsBySender
        groups.*.topics.*.enabled groups.*.topics.*.groupPolicy groups.*.topics.*.allowFrom
        groups.*.topics.*.requireMention
        """

    private static func restricts(_ path: ConfigPath) -> Bool {
        guard let keys = channelKeys(path) else { return Config.spec.shape.traits(at: path).isSecurity }
        return hasRule { $0.count <= keys.count && agree($0, keys) }
    }

    /// Whether rules stand in what is at `path`. Those of `gateway` are each told apart: without them it is as closed.
    private static func holdsRestrictions(_ path: ConfigPath) -> Bool {
        guard path.steps.first != .key("gateway") else { return false }
        guard let keys = channelKeys(path) else {
            return Config.spec.shape.shape(at: path)?.holdsSecurity ?? false
        }
        return hasRule { $0.count > keys.count && agree($0, keys) }
    }

    private static func hasRule(where fits: ([Substring]) -> Bool) -> Bool {
        channelRules.split(whereSeparator: \.isWhitespace).contains { fits($0.split(separator: ".")) }
    }

    private static func agree(_ rule: [Substring], _ keys: [String]) -> Bool {
        zip(rule, keys).allSatisfy { $0 == "*" || $0 == $1 }
    }

    /// The names on the way from a channel's section, or its account's, to `path`; nil outside of `channels`.
    private static func channelKeys(_ path: ConfigPath) -> [String]? {
        guard path.steps.first == .key("channels") else { return nil }
        let keys = path.steps.dropFirst(2).compactMap { step in
            if case .key(let key) = step { key } else { nil }
        }
        return keys.first == "accounts" ? Array(keys.dropFirst(2)) : keys
    }
}

extension Shape {
    /// Whether a key in it, at whatever depth, decides who may do what.
    fileprivate var holdsSecurity: Bool {
        alternatives.contains { alternative in
            switch alternative {
            case .object(let object):
                object.members.contains { $0.traits.isSecurity || $0.shape.holdsSecurity }
                    || object.other?.holdsSecurity ?? false
            case .array(let item): item.holdsSecurity
            default: false
            }
        }
    }
}
