import Core

/// Messages that are one to their sender: an album, or a long text that Telegram has cut.
struct TelegramPieces {
    /// After this time without another picture an album is whole.
    static let albumGap = Duration.milliseconds(500)
    /// After this time without a next piece a cut text is whole.
    static let textGap = Duration.milliseconds(1500)
    /// A text of at least so many UTF-16 units may go on in the next message: Telegram cuts at 4,096.
    static let leastCutUnits = 4000
    /// Telegram cuts a text when it is sent: what was sent later, by its own clock, is no piece of it.
    private static let mostSecondsBetween = 3
    private static let mostTextPieces = 12
    private static let mostTextUnits = 50_000

    /// Who writes what where.
    struct Key: Hashable {
        var place: TelegramPlace
        var sender: Int
        var album: String?

        init(_ message: TelegramMessage) {
            // All who write in the name of a channel share one `from`.
            self.init(sender: message.senderChat?.id ?? message.from?.id ?? 0, in: message.place)
            album = message.album
        }

        init(sender: Int, in place: TelegramPlace) {
            self.place = place
            self.sender = sender
        }

        func isOfSender(of other: Key) -> Bool { place == other.place && sender == other.sender }
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

    /// Takes up what was kept.
    init?(kept updates: [JSON]) {
        let pieces = updates.compactMap { json -> (message: TelegramMessage, update: JSON)? in
            guard case .message(let message) = TelegramUpdate(json: json)?.event else { return nil }
            return (message, json)
        }
        guard let first = pieces.first else { return nil }
        key = Key(first.message)
        messages = pieces.map(\.message)
        self.updates = pieces.map(\.update)
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
            guard message.id == last.id + 1, message.date <= last.date + Self.mostSecondsBetween,
                Self.isPlainText(message), units <= Self.mostTextUnits
            else { return false }
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
