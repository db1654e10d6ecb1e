import Core
import Wire

/// Why a method of the Bot API did not do what it should, by what the caller does next.
enum TelegramError: Error, Sendable, Hashable {
    /// Too many requests: nothing was done, and nothing will be before this time has passed.
    case flood(Duration)
    /// The group has become a supergroup with this id; nothing was done.
    case moved(to: Int)
    /// The HTML has a mistake.
    case badMarkup(String)
    /// The message says already what it should say.
    case notModified
    /// There is no such message, or it cannot be changed any more.
    case noMessage(String)
    /// The message is a file with a caption, not a text.
    case hasNoText
    /// The topic is gone.
    case noTopic
    /// Telegram could not make a picture, a voice message or the like of the file; as a document it may go.
    case unsuitableFile(String)
    /// Somebody else asks for this bot's updates.
    case otherPoller
    /// A webhook is set, so that updates cannot be asked for.
    case webhookIsSet
    /// The token is not valid.
    case badToken(status: Int)
    /// It will never be done; `description` are Telegram's words.
    case refused(status: Int, description: String)
    /// The server failed. Whether it has done it is unknown.
    case server(status: Int)
    /// Nothing was sent.
    case unreachable(String)
    /// Sent, and no answer came.
    case unanswered(String)
    /// The request cannot be sent like this, or from here.
    case impossible(String)
    case cancelled
}

extension TelegramError {
    /// Reads an answer that is not `ok`.
    ///
    /// The Bot API has no codes beside the HTTP status, so this is the one place that looks at its words
    /// (tdlib/telegram-bot-api, `Client.cpp` and `Query.cpp`).
    init(status: Int, answer: JSON?) {
        let description = answer?["description"]?.stringValue ?? ""
        let parameters = answer?["parameters"]
        if let chat = parameters?["migrate_to_chat_id"]?.intValue {
            self = .moved(to: chat)
        } else if status == 429 {
            let seconds = parameters?["retry_after"]?.intValue ?? 1
            self = .flood(.seconds(max(1, min(seconds, 86_400))))
        } else if status == 401 || status == 404 && !description.contains("method not found") {
            self = .badToken(status: status)
        } else if status == 409 {
            self = description.contains("webhook is active") ? .webhookIsSet : .otherPoller
        } else if status >= 500 {
            self = .server(status: status)
        } else {
            self = Self.refusal(status, description)
        }
    }

    private static func refusal(_ status: Int, _ description: String) -> TelegramError {
        func says(_ words: String...) -> Bool { words.contains { description.contains($0) } }
        if says("can't parse entities") { return .badMarkup(description) }
        if says("message is not modified") { return .notModified }
        if says("there is no text in the message to edit") { return .hasNoText }
        if says(
            "message to edit not found", "message can't be edited", "message to delete not found",
            "message can't be deleted", "message to react not found", "MESSAGE_ID_INVALID")
        {
            return .noMessage(description)
        }
        if says("message thread not found", "TOPIC_DELETED", "TOPIC_ID_INVALID") { return .noTopic }
        if says(
            "IMAGE_PROCESS_FAILED", "PHOTO_INVALID_DIMENSIONS", "PHOTO_SAVE_FILE_INVALID",
            "PHOTO_EXT_INVALID",
            "VOICE_MESSAGES_FORBIDDEN", "file is too big", "can't use the media of the specified type")
        {
            return .unsuitableFile(description)
        }
        return .refused(status: status, description: description)
    }

    init(_ error: WebError) {
        switch error {
        case .cancelled: self = .cancelled
        case .unreachable(let text): self = .unreachable(text)
        case .timedOut(let text), .interrupted(let text), .tooLarge(let text): self = .unanswered(text)
        case .invalidRequest(let text), .unavailable(let text): self = .impossible(text)
        }
    }

    /// What happened, why, and what to do, for people; `chat` is how the sentence calls the chat.
    func sentence(chat: String = "this chat") -> String {
        switch self {
        case .flood(let delay):
            "Telegram asks to wait \(delay.components.seconds) s: too many messages were sent."
        case .moved(let chat):
            "The group has become a supergroup. Its id is now `\(chat)`: put that in `channels.telegram.groups`."
        case .badMarkup(let description), .unsuitableFile(let description), .noMessage(let description):
            "Telegram says: \(description)."
        case .notModified: "The message says that already."
        case .hasNoText: "The message has no text that could be changed."
        case .noTopic: "The topic was deleted on Telegram, so nothing can be written there."
        case .otherPoller:
            "Another program asks for this bot's messages (HTTP 409). Stop it, or give this gateway a bot of its own: "
                + "@BotFather, /newbot."
        case .webhookIsSet: "A webhook is set for this bot, so its messages cannot be asked for."
        case .badToken(let status):
            "Telegram does not accept the bot token (HTTP \(status)). Check TELEGRAM_BOT_TOKEN or "
                + "`channels.telegram.botToken` (of another account than the default one "
                + "`channels.telegram.accounts.NAME.botToken`); @BotFather shows it under /mybots, API Token."
        case .refused(let status, let description): Self.sentence(status, description, chat: chat)
        case .server(let status): "Telegram's server failed (HTTP \(status))."
        case .unreachable(let text): "Telegram cannot be reached. \(text)"
        case .unanswered(let text): "Telegram did not answer. \(text)"
        case .impossible(let text): text
        case .cancelled: "The request was cancelled."
        }
    }

    private static func sentence(_ status: Int, _ description: String, chat: String) -> String {
        let known: [(String, String)] = [
            (
                "bot was blocked by the user",
                "The person has blocked the bot on Telegram. They have to unblock it first."
            ),
            ("user is deactivated", "The person's Telegram account is deleted."),
            (
                "can't initiate conversation",
                "On Telegram a bot cannot write first: the person has to send it /start once."
            ),
            (
                "chat not found",
                "Telegram knows no such chat (\(chat)), or the bot is not in it. People have to send it /start "
                    + "once; to groups and channels it has to be added."
            ),
            ("bot was kicked", "The bot was removed from \(chat) on Telegram. Add it again."),
            ("bot is not a member", "The bot is not in \(chat) on Telegram. Add it there."),
            (
                "need administrator rights",
                "In a Telegram channel a bot may write only as an administrator. Make it one, with the right to post."
            ),
            ("TOPIC_CLOSED", "The topic is closed on Telegram. Reopen it, or make the bot an administrator."),
            (
                "Request Entity Too Large",
                "The file is too large for Telegram: a bot may send 50 MB, and pictures of 10 MB."
            ),
            ("HTTP URL", "Telegram could not fetch the file from its address: \(description)."),
            ("web page content", "Telegram could not fetch the file from its address: \(description)."),
        ]
        if let sentence = known.first(where: { description.contains($0.0) })?.1 { return sentence }
        if description.contains("not enough rights") || description.contains("CHAT_WRITE_FORBIDDEN")
            || description.contains("CHAT_SEND_")
        {
            return
                "The bot may not do that in \(chat) (\(description)). An administrator can allow it in the chat's "
                + "permissions on Telegram."
        }
        let reason = description.isEmpty ? "HTTP \(status)" : description
        return "Telegram refused it: \(reason)."
    }

    /// What the outbox does about it.
    func delivery(chat: String = "this chat") -> DeliveryError {
        switch self {
        case .flood(let delay): .retry(sentence(), after: delay)
        // With a token that is refused the account stops, and what waits is for when it is let in again.
        case .unreachable, .badToken: .retry(sentence())
        case .otherPoller: .retry(sentence())
        // What is cut off may have arrived.
        case .server, .unanswered, .cancelled: .unknown(sentence())
        case .refused(let status, let description) where Self.isAboutChat(status, description):
            .closed(sentence(chat: chat))
        case .noTopic: .closed(sentence(chat: chat))
        case .moved, .badMarkup, .notModified, .noMessage, .hasNoText, .unsuitableFile, .webhookIsSet,
            .refused, .impossible:
            .refused(sentence(chat: chat))
        }
    }

    /// Whether the words alone could still be posted.
    var isAboutFile: Bool {
        switch self {
        case .unsuitableFile: true
        case .refused(let status, let description):
            (status == 400 || status == 413) && !Self.isAboutChat(status, description)
        default: false
        }
    }

    /// Whether nothing at all can be written in the chat.
    private static func isAboutChat(_ status: Int, _ description: String) -> Bool {
        status == 403
            || [
                "chat not found", "need administrator rights", "TOPIC_CLOSED", "CHAT_WRITE_FORBIDDEN",
                "not enough rights to send text", "have no rights to send a message",
            ].contains { description.contains($0) }
    }
}
