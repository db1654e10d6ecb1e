package import Core

/// `channels.modelByChannel`: which model answers in a chat, where its session has not chosen one.
package struct ChannelModels: Sendable, Hashable {
    /// By platform, then by the chat's id, its name or `*`, all in lower case.
    package var models: [ChannelID: [String: ModelReference]] = [:]

    package init() {}

    /// Nil where the agent's own model answers. The narrowest entry counts: the topic's, the chat's, its parent's, `*`.
    func model(for message: ChannelMessage) -> ModelReference? {
        guard let own = models[message.address.channel] else { return nil }
        return Self.names(of: message).lazy.compactMap { own[$0.lowercased()] }.first
    }

    private static func names(of message: ChannelMessage) -> [String] {
        let address = message.address
        var names: [String] = []
        if let thread = address.thread { names.append("\(address.chat):topic:\(thread)") }
        names.append(address.chat)
        if message.kind == .direct { names.append(message.sender.id) }
        names += [message.place?.title.map(Slug.of), message.place?.title].compactMap(\.self)
        names += [message.place?.parent, message.place?.parentTitle.map(Slug.of)].compactMap(\.self)
        return names + ["*"]
    }
}
