/// Messages of ours and the topics they stand in: Telegram tells neither of them with a reaction.
struct TelegramSent {
    let most: Int
    private var topics: [TelegramMessageID: Int?] = [:]
    /// Longest ago first.
    private var order: [TelegramMessageID] = []

    init(most: Int) { self.most = most }

    /// Where a message of ours stands; nil for others', and for those of long ago.
    func place(of message: TelegramMessageID) -> TelegramPlace? {
        topics[message].map { TelegramPlace(chat: message.chat, topic: $0) }
    }

    mutating func note(_ message: TelegramMessageID, in topic: Int?) {
        if topics.updateValue(topic, forKey: message) == nil { order.append(message) }
        if order.count > most { topics[order.removeFirst()] = nil }
    }
}
