import Core

/// A chat of Telegram's and a topic in it, as methods take them.
struct TelegramPlace: Hashable {
    var chat: Int
    var topic: Int?

    /// The topic every forum begins with: messages may not name it, signs of life must.
    static let generalTopic = 1

    init(chat: Int, topic: Int? = nil) {
        self.chat = chat
        self.topic = topic
    }

    /// Nil when the address is none of Telegram's.
    init?(_ address: Address) {
        guard let chat = Int(address.chat) else { return nil }
        self.init(chat: chat, topic: address.thread.flatMap { Int($0) })
    }

    var isDirect: Bool { chat > 0 }

    /// The parameters of a method that writes there.
    var parameters: JSONObject {
        var parameters: JSONObject = ["chat_id": JSON(chat)]
        if let topic, topic != Self.generalTopic { parameters["message_thread_id"] = JSON(topic) }
        return parameters
    }
}
