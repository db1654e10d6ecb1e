package import Core

/// How far an agent may reach beyond the chat it answers in: `tools.message` (features.md G20).
package struct MessageRules: Sendable, Hashable {
    /// Other chats of the same platform.
    var allowsWithinProvider = true
    /// Chats of other platforms.
    var allowsAcrossProviders = false
    /// Stands around what goes to another chat; `{channel}` is where it comes from.
    var prefix = "[from {channel}] "
    var suffix = ""
    /// The only actions there are; empty for all.
    var actions: [String] = []

    package init() {}

    /// `section` is `tools.message`, `own` the agent's section of that name.
    package init(section: JSON, own: JSON) {
        func value(_ path: String...) -> JSON? {
            [own, section].lazy.compactMap { holder in path.reduce(holder) { $0?[$1] } }.first
        }
        allowsWithinProvider = value("crossContext", "allowWithinProvider")?.boolValue ?? true
        allowsAcrossProviders = value("crossContext", "allowAcrossProviders")?.boolValue ?? false
        if section["allowCrossContextSend"]?.boolValue == true {
            (allowsWithinProvider, allowsAcrossProviders) = (true, true)
        }
        prefix = value("crossContext", "marker", "prefix")?.stringValue ?? prefix
        suffix = value("crossContext", "marker", "suffix")?.stringValue ?? suffix
        if value("crossContext", "marker", "enabled")?.boolValue == false { (prefix, suffix) = ("", "") }
        actions = (value("actions", "allow")?.arrayValue ?? []).compactMap(\.stringValue)
    }

    /// Actions that say something somewhere.
    private static let guarded: Set<String> = [
        "send", "upload-file", "poll", "sticker", "dice", "thread-create", "thread-reply", "topic-create",
    ]

    /// Nil when the action may be done there; else why not and what would change that.
    func refusal(of action: String, at target: Address, from chat: Address) -> String? {
        if !actions.isEmpty, !actions.contains(action) {
            return "The action `\(action)` is not in `tools.message.actions.allow`."
        }
        guard Self.guarded.contains(action), target != chat else { return nil }
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

    /// The text, with where it comes from when that is another chat.
    func marked(_ text: String, at target: Address, from chat: ToolContext.Chat) -> String {
        guard target != chat.address, !text.isEmpty else { return text }
        let origin = chat.title ?? "\(chat.address.channel):\(chat.address.chat)"
        func filled(_ template: String) -> String {
            template.split(separator: "{channel}", omittingEmptySubsequences: false).joined(separator: origin)
        }
        return filled(prefix) + text + filled(suffix)
    }
}
