import Core

/// Messages that are one to their sender: an album, or a long text that Telegram has cut.
struct TelegramPieces {
    /// After this time without another picture an album is whole.
    static let albumGap = Duration.milliseconds(500)
    /// After this time without a next piece a cut text is whole.
    static let textGap = Duration.milliseconds(1500)
    /// A text of at least so many UTF-16 units may go on in the next message: Telegram cuts at 4,096.
    static let leastCutUnits = 4000
    private static let mostTextPieces = 12
    private static let mostTextUnits = 50_000

    /// Who writes what where.
    struct Key: Hashable {
        var chat: Int
        var thread: Int?
        var sender: Int
        var album: String?

        init(_ message: TelegramMessage) {
            chat = message.chat.id
            thread = message.isInTopic ? message.thread : nil
            sender = message.from?.id ?? message.senderChat?.id ?? 0
            album = message.album
        }

        func isOfSender(of other: Key) -> Bool {
            chat == other.chat && thread == other.thread && sender == other.sender
        }
    }

    let key: Key
    private(set) var messages: [TelegramMessage]
    /// The same as they came, to be kept on disk.
    private(set) var updates: [JSON]

    /// Begins with a message, or is nil when that stands alone.
    init?(_ message: TelegramMessage, _ update: JSON) {
        guard message.album != nil || Self.mayGoOn(message) else { return nil }
        key = Key(message)
        messages = [message]
        updates = [update]
    }

    var gap: Duration { key.album == nil ? Self.textGap : Self.albumGap }

    /// Whether nothing more can come.
    var isWhole: Bool {
        guard key.album == nil, let last = messages.last else { return false }
        return last.text.units < Self.leastCutUnits || messages.count == Self.mostTextPieces
    }

    func has(_ message: TelegramMessage) -> Bool {
        messages.contains { $0.id == message.id && $0.chat.id == message.chat.id }
    }

    /// Takes a message in if it belongs here.
    mutating func append(_ message: TelegramMessage, _ update: JSON) -> Bool {
        guard Key(message) == key, !isWhole, let last = messages.last else { return false }
        if key.album == nil {
            let units = messages.reduce(message.text.units) { $0 + $1.text.units }
            guard message.id == last.id + 1, Self.isPlainText(message), units <= Self.mostTextUnits else {
                return false
            }
        }
        messages.append(message)
        updates.append(update)
        if key.album != nil { messages.sort { $0.id < $1.id } }
        return true
    }

    private static func mayGoOn(_ message: TelegramMessage) -> Bool {
        isPlainText(message) && message.text.units >= leastCutUnits
    }

    private static func isPlainText(_ message: TelegramMessage) -> Bool {
        message.media == nil && message.content == nil && !message.isOfOthers
            && !message.text.isEmpty && !message.text.plain.hasPrefix("/")
    }
}
