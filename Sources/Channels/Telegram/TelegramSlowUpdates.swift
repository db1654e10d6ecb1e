import Core

/// Updates that Telegram does not keep for us any more although the house is still taking them.
///
/// Telegram brings no more than 100 that are not confirmed: a slow one would hold up all chats.
@MainActor
final class TelegramSlowUpdates {
    /// Beyond it Telegram keeps the rest.
    private static let most = 500
    private static let memoryName = "slow"

    private let memory: ChannelMemory
    private let bot: TelegramBot
    private(set) var updates: [TelegramUpdate] = []

    init(_ memory: ChannelMemory, of bot: TelegramBot) {
        self.memory = memory
        self.bot = bot
    }

    /// Finds those that were being taken when the process ended.
    func restore() async {
        guard let kept = await memory.load(Self.memoryName), kept["bot"]?.intValue == bot.user.id else {
            return
        }
        updates = kept["updates"]?.arrayValue?.compactMap { TelegramUpdate(json: $0) } ?? []
    }

    /// Returns whether exactly these are on disk now.
    func keep(_ updates: [TelegramUpdate]) async -> Bool {
        guard updates.map(\.id) != self.updates.map(\.id) else { return true }
        guard updates.count <= Self.most else { return false }
        let json: JSON? =
            updates.isEmpty ? nil : ["bot": JSON(bot.user.id), "updates": .array(updates.map(\.json))]
        guard await memory.save(Self.memoryName, json) else { return false }
        self.updates = updates
        return true
    }
}
