import Core

/// How long Telegram has asked to wait with messages.
///
/// A chat has a limit of its own (a group about 20 messages a minute), so its 429 is for it alone; when another chat is
/// refused too meanwhile, it is the bot's limit, and all wait.
struct TelegramQuiet {
    private struct Wait {
        var until: ContinuousClock.Instant
        /// As long as Telegram has said.
        var whole: Duration
    }

    private var chats: [String: Wait] = [:]
    private var all: Wait?

    /// How long a chat has to wait still; nil when it need not.
    func left(for chat: String, at now: ContinuousClock.Instant = .now) -> Duration? {
        let until = [chats[chat], all].compactMap { $0?.until }.max()
        return until.flatMap { $0 > now ? $0 - now : nil }
    }

    mutating func refused(_ chat: String, for delay: Duration, at now: ContinuousClock.Instant = .now) {
        chats = chats.filter { $0.value.until > now }
        let wait = Wait(until: now + delay, whole: delay)
        if chats.keys.contains(where: { $0 != chat }) { all = Self.longer(all, wait) }
        chats[chat] = Self.longer(chats[chat], wait)
    }

    private static func longer(_ known: Wait?, _ wait: Wait) -> Wait {
        known.map { $0.until > wait.until ? $0 : wait } ?? wait
    }

    // MARK: On disk

    /// `{all?, chats: {<id>}}`, each `{until, milliseconds}`.
    func json(at now: ContinuousClock.Instant = .now) -> JSON {
        func json(_ wait: Wait) -> JSON {
            [
                "until": (Timestamp.now + (wait.until - now)).json,
                "milliseconds": JSON(Int(wait.whole.milliseconds)),
            ]
        }
        var object: JSONObject = [
            "chats": .object(
                JSONObject(chats.filter { $0.value.until > now }.map { ($0.key, json($0.value)) }))
        ]
        object["all"] = all.map(json)
        return .object(object)
    }

    init() {}

    init(json: JSON, at now: ContinuousClock.Instant = .now) {
        func wait(_ json: JSON?) -> Wait? {
            guard let until = json?["until"]?.intValue, let whole = json?["milliseconds"]?.intValue else {
                return nil
            }
            // A clock that was set back does not make the wait longer.
            let left = min(Timestamp(milliseconds: Int64(until)) - .now, .milliseconds(whole))
            return left > .zero ? Wait(until: now + left, whole: .milliseconds(whole)) : nil
        }
        all = wait(json["all"])
        for (chat, kept) in json["chats"]?.objectValue ?? [:] { chats[chat] = wait(kept) }
    }
}
