import Core

/// How far an agent may reach beyond the chat it answers in: `tools.message` (features.md G20).
package struct MessageRules: Sendable, Hashable {
    /// Other chats of the same platform.
    package var allowsWithinProvider = true
    /// Chats of other platforms.
    package var allowsAcrossProviders = false
    /// Stands around what goes to another chat; `{channel}` is where it comes from.
    package var prefix = "[from {channel}] "
    package var suffix = ""
    /// The only actions there are; empty for all.
    package var actions: [String] = []

    package init() {}

    /// Nil when the action may be done there; else why not and what would change that.
    func refusal(of action: String, at target: Address, from chat: Address) -> String? {
        if !actions.isEmpty, !actions.contains(action) {
            return "The action `\(action)` is not in `tools.message.actions.allow`."
        }
        // Whoever talks to the agent in one chat shall neither read another one nor change it by its hand.
        guard target != chat else { return nil }
        if target.channel != chat.channel {
            return allowsAcrossProviders
                ? nil
                : "Cross-context messaging denied: \(action) on \(target.channel) from a chat on \(chat.channel). "
                    + "`tools.message.crossContext.allowAcrossProviders: true` would allow it."
        }
        return allowsWithinProvider
            ? nil
            : "Cross-context messaging denied: \(action) to `\(target.chat)` from the chat `\(chat.chat)`. "
                + "`tools.message.crossContext.allowWithinProvider: true` would allow it."
    }

    /// What of an action's parameters leads out of the chat that it is done in; nil for nothing, and where that is allowed.
    ///
    /// A message's id may name its chat, and a search may be of other channels or of a whole server.
    func refusal(of action: String, reaching params: JSONObject, at target: Address) -> String? {
        guard !allowsWithinProvider else { return nil }
        let ids = ["messageId", "pollId", "replyTo", "replyToId"].compactMap { params[$0]?.stringValue }
        let leadsOut = ids.contains { id in
            id.lastIndex(of: ":").map { id[..<$0] != target.chat } ?? false
        }
        let isWide = ["guildId", "channelIds"].contains { key in
            params[key].map { $0.stringValue != target.chat } ?? false
        }
        guard leadsOut || isWide else { return nil }
        return
            "Cross-context messaging denied: \(action) beyond the chat `\(target.chat)`. "
            + "`tools.message.crossContext.allowWithinProvider: true` would allow it."
    }

    /// The text, with where it comes from when that is another chat.
    func marked(_ text: String, at target: Address, from chat: ToolContext.Chat) -> String {
        guard target != chat.address, !text.isEmpty else { return text }
        let origin = chat.title ?? "\(chat.address.channel):\(chat.address.chat)"
        return prefix.replacing("{channel}", with: origin) + text
            + suffix.replacing("{channel}", with: origin)
    }
}
