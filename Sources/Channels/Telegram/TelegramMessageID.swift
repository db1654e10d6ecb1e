import Core

/// A message of Telegram's: its number counts within its chat only, so the chat is part of our id.
///
/// `<chat>:<number>`; what is one of several events at one message, such as a press on its button, has a further part, and so
/// has what counts for one bot only.
struct TelegramMessageID: Hashable {
    var chat: Int
    var number: Int

    init(chat: Int, number: Int) {
        self.chat = chat
        self.number = number
    }

    /// Reads our own spelling, or a number alone, which then is one of `chat`'s.
    init?(_ id: MessageID, in chat: Int) { self.init(id.rawValue, in: chat) }

    init?(_ text: String, in chat: Int) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count == 1, let number = Int(text) {
            self.init(chat: chat, number: number)
        } else if parts.count > 1, let chat = Int(parts[0]), let number = Int(parts[1]) {
            self.init(chat: chat, number: number)
        } else {
            return nil
        }
    }

    var id: MessageID { MessageID("\(chat):\(number)") }

    /// With a further part.
    func id(of event: String) -> MessageID { MessageID("\(chat):\(number):\(event)") }
}
