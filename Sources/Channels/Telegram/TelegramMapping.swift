import Core

/// Turns what Telegram tells into what the house understands.
struct TelegramMapping {
    let account: String
    let bot: TelegramBot
    let places: TelegramPlaces
    var moves = TelegramMoves()
    /// Our commands by their names in Telegram's menu.
    var menu: [String: ChannelCommand] = [:]

    static let channel = ChannelID("telegram")

    // MARK: Places

    /// The topic a message belongs to; every topic is a conversation of its own.
    ///
    /// Replies in groups without topics have a thread number, too, which means nothing here.
    func topic(of message: TelegramMessage) -> Int? {
        if message.chat.kind == .direct { return bot.hasTopics && message.isInTopic ? message.thread : nil }
        if message.isInTopic { return message.thread }
        return message.chat.isForum ? TelegramPlace.generalTopic : nil
    }

    func address(chat: Int, topic: Int?) -> Address {
        Address(channel: Self.channel, account: account, chat: String(chat), thread: topic.map(String.init))
    }

    func kind(of chat: TelegramChat) -> ChatKind {
        switch chat.kind {
        case .direct: .direct
        case .group, .supergroup: .group
        case .channel: .channel
        }
    }

    func place(of chat: TelegramChat, topic: Int?) -> ChatPlace? {
        guard chat.kind != .direct else { return nil }
        return ChatPlace(
            title: chat.title, rule: places.rule(chat: chat.id, former: moves.former(chat.id), topic: topic))
    }

    /// Private chats have the ids of people.
    func isDirect(_ address: Address) -> Bool { (Int(address.chat) ?? 0) > 0 }

    /// What the config says of a place that no event describes; nil for a private chat.
    func place(at address: Address) -> ChatPlace? {
        guard !isDirect(address), let chat = Int(address.chat) else { return nil }
        let rule = places.rule(
            chat: chat, former: moves.former(chat), topic: address.thread.flatMap { Int($0) })
        return ChatPlace(title: address.chat, rule: rule)
    }

    // MARK: Messages

    /// One message of a person, made of one or of several pieces; nil when it says nothing, as messages that only tell
    /// what happened in a group.
    ///
    /// `save` writes a file of Telegram's to a path.
    func message(_ pieces: [TelegramMessage], mostFileBytes: Int, save: @escaping TelegramFileSaver)
        -> ChannelMessage?
    {
        guard let first = pieces.first, let sender = sender(of: first) else { return nil }
        let topic = topic(of: first)
        let main = pieces.first { !$0.text.isEmpty } ?? first
        var message = ChannelMessage(
            id: id(of: first),
            address: address(chat: first.chat.id, topic: topic), kind: kind(of: first.chat), sender: sender,
            text: text(of: pieces), sentAt: Timestamp(milliseconds: Int64(clamping: first.date) &* 1000))
        message.files = pieces.compactMap { file($0.media, of: $0.id, upTo: mostFileBytes, save: save) }
        message.quoted = quoted(by: main)
        message.mention = mention(in: pieces)
        message.place = place(of: first.chat, topic: topic)
        // Who passes a command on does not give it, nor does who has chosen another bot's words.
        if !first.isOfOthers, let command = command(in: main) {
            message.text = command.text
            message.isCommand = true
        }
        guard !message.text.isEmpty || !message.files.isEmpty else { return nil }
        if let reply = main.replyTo,
            var file = file(reply.media, of: reply.id ?? main.id, upTo: mostFileBytes, save: save)
        {
            file.isQuoted = true
            message.files.append(file)
        }
        return message
    }

    /// In chats without a count of their own each account of Telegram's numbers the messages for itself, each bot too.
    func id(of message: TelegramMessage) -> MessageID {
        let id = TelegramMessageID(chat: message.chat.id, number: message.id)
        return switch message.chat.kind {
        case .direct, .group: id.id(of: "bot-\(bot.user.id)")
        case .supergroup, .channel: id.id
        }
    }

    /// Somebody who writes in the name of a chat is that chat: an administrator who hides, a linked channel.
    func sender(of message: TelegramMessage) -> Sender? {
        let isHidden = message.from.map { $0.isBot || $0.id == Self.serviceUser } ?? true
        if let chat = message.senderChat, isHidden {
            return Sender(id: String(chat.id), name: message.signature ?? chat.title, username: chat.username)
        }
        if let user = message.from { return sender(user) }
        guard message.chat.kind == .channel else { return nil }
        return Sender(
            id: String(message.chat.id), name: message.signature ?? message.chat.title,
            username: message.chat.username)
    }

    /// Telegram's own account, which brings a channel's posts into its group.
    private static let serviceUser = 777_000

    func sender(_ user: TelegramUser) -> Sender {
        var sender = Sender(
            id: String(user.id), name: user.name.isEmpty ? nil : user.name, username: user.username)
        sender.isBot = user.isBot
        return sender
    }

    private func text(of pieces: [TelegramMessage]) -> String {
        guard let first = pieces.first else { return "" }
        let isAlbum = first.album != nil
        var lines: [String] = []
        if let origin = first.forwardedFrom {
            lines.append(origin.isEmpty ? "[Forwarded]" : "[Forwarded from \(origin)]")
        }
        if let bot = first.viaBot { lines.append("[From the bot \(sender(bot).title.plainName)]") }
        // Pieces of one long text were cut anywhere; captions of an album are each their own.
        let words = pieces.map(\.text.markdown).filter { !$0.isEmpty }.joined(separator: isAlbum ? "\n" : "")
        let text = String(withoutOurName(words).trimmed)
        if !text.isEmpty { lines.append(first.isOfOthers ? "  " + text.setIn : text) }
        for piece in pieces {
            if let content = piece.content { lines.append(content.sentence) }
            if let media = piece.media, media.kind == .sticker, media.isMoving {
                lines.append(Self.sticker(media))
            }
        }
        return lines.joined(separator: "\n")
    }

    private static func sticker(_ media: TelegramMedia) -> String {
        let words = ["Sticker", media.emoji, media.set.map { "from “\($0)”" }].compactMap { $0 }
        return "[\(words.joined(separator: " "))]"
    }

    /// Without `@ourname` at the beginning; alone it is all that is said.
    private func withoutOurName(_ text: String) -> String {
        let name = "@" + bot.username
        guard !bot.username.isEmpty, text.count >= name.count,
            text.prefix(name.count).lowercased() == name.lowercased()
        else { return text }
        let rest = text.dropFirst(name.count)
        guard rest.first.map({ !$0.isLetter && !$0.isNumber && $0 != "_" }) ?? true else { return text }
        let words = rest.drop { $0.isWhitespace || $0 == "," || $0 == ":" }
        return words.isEmpty ? text : String(words)
    }

    private func quoted(by message: TelegramMessage) -> QuotedMessage? {
        guard let reply = message.replyTo, !reply.opensTopic else { return nil }
        let text = message.quote ?? reply.text
        guard !text.isEmpty || reply.id != nil else { return nil }
        return QuotedMessage(
            id: reply.id.map { TelegramMessageID(chat: message.chat.id, number: $0).id },
            sender: reply.sender,
            text: text)
    }

    // MARK: For whom it is

    private func mention(in pieces: [TelegramMessage]) -> ChannelMessage.Mention {
        var namesOthers = false
        for piece in pieces {
            for entity in piece.text.entities {
                switch target(of: entity, in: piece.text) {
                case .us: return .named
                case .others: namesOthers = true
                case nil: break
                }
            }
        }
        if let reply = pieces.first?.replyTo, !reply.opensTopic, reply.from?.id == bot.user.id {
            return .reply
        }
        return namesOthers ? .others : .none
    }

    private enum Target { case us, others }

    private func target(of entity: TelegramMarkedText.Entity, in text: TelegramMarkedText) -> Target? {
        switch entity.kind {
        case "mention":
            return text.part(entity).map { isOurName($0.dropFirst()) ? .us : .others }
        case "text_mention":
            return entity.user.map { $0.id == bot.user.id ? .us : .others }
        case "bot_command":
            guard let name = text.part(entity)?.split(separator: "@").dropFirst().first else { return nil }
            return isOurName(name) ? .us : .others
        default: return nil
        }
    }

    private func isOurName(_ name: Substring) -> Bool {
        !bot.username.isEmpty && name.lowercased() == bot.username.lowercased()
    }

    /// A command of our menu at the beginning, spelled as the house spells it; nil when it is another bot's, or none.
    private func command(in message: TelegramMessage) -> (text: String, command: ChannelCommand)? {
        guard let entity = message.text.entities.first(where: { $0.offset == 0 && $0.kind == "bot_command" }),
            let written = message.text.part(entity)
        else { return nil }
        let parts = written.dropFirst().split(separator: "@", maxSplits: 1)
        guard let name = parts.first, parts.count == 1 || isOurName(parts[1]) else { return nil }
        let rest = String(message.text.plain.dropFirst(written.count).trimmed)
        let spelling = menu[name.lowercased()]?.name ?? String(name)
        guard
            let command = menu[name.lowercased()]
                ?? (parts.count == 2 ? ChannelCommand(name: spelling, help: "") : nil)
        else { return nil }
        let gap = rest.isEmpty || rest.hasPrefix(":") ? "" : " "
        return ("/\(spelling)\(gap)\(rest)", command)
    }

    // MARK: Files

    private func file(
        _ media: TelegramMedia?, of number: Int, upTo most: Int, save: @escaping TelegramFileSaver
    ) -> IncomingFile? {
        guard let media, !(media.kind == .sticker && media.isMoving),
            let chosen = media.file(upTo: most)
        else { return nil }
        var file = IncomingFile(
            name: media.name ?? Self.name(of: media, number: number), mimeType: media.mimeType,
            byteCount: chosen.byteCount
        ) { path, most throws(IncomingFile.FetchError) in
            try await save(chosen, path, most)
        }
        file.isVoice = media.kind == .voice
        if media.kind == .sticker {
            file.caption = Self.sticker(media)
            file.sticker = media.uniqueID
        }
        return file
    }

    private static func name(of media: TelegramMedia, number: Int) -> String {
        let ending =
            switch media.kind {
            case .photo: "jpg"
            case .voice: "ogg"
            case .video, .videoNote, .animation: "mp4"
            case .audio: "mp3"
            case .sticker: "webp"
            case .document: "bin"
            }
        return "\(media.kind.rawValue)-\(number).\(ending)"
    }

    // MARK: What is no message

    /// A press on a button, as if its person had written the command.
    func message(_ callback: TelegramCallback, says command: String) -> ChannelMessage? {
        guard let below = callback.message else { return nil }
        let topic = topic(of: below)
        var message = ChannelMessage(
            id: TelegramMessageID(chat: below.chat.id, number: below.id).id(of: "press-\(callback.id)"),
            address: address(chat: below.chat.id, topic: topic), kind: kind(of: below.chat),
            sender: sender(callback.from), text: command)
        message.mention = .named
        message.isCommand = command.hasPrefix("/")
        message.place = place(of: below.chat, topic: topic)
        return message
    }

    /// Somebody put an emoji on a message; `own` is where it stands, if it is ours.
    ///
    /// Of others' messages nobody knows the topic: a forum's first one hears of them.
    func notice(_ change: TelegramReactionChange, at own: TelegramPlace?) -> ChannelNotice? {
        guard !change.added.isEmpty, change.user?.isBot != true else { return nil }
        let who = change.user.map { sender($0).title } ?? "Somebody"
        let topic = own?.topic ?? (change.chat.isForum ? TelegramPlace.generalTopic : nil)
        var notice = ChannelNotice(
            address: address(chat: change.chat.id, topic: topic), kind: kind(of: change.chat),
            text:
                "\(who) reacted with \(change.added.joined()) to \(own == nil ? "message" : "your message") \(change.messageID).",
            key:
                "reaction:\(change.chat.id):\(change.messageID):\(change.user?.id ?? 0):\(change.added.joined())"
        )
        notice.sender = change.user.map { sender($0) }
        notice.place = place(of: change.chat, topic: topic)
        return notice
    }
}

/// Writes a file of Telegram's to a path; throws when it has more than so many bytes or cannot be had.
typealias TelegramFileSaver =
    @MainActor @Sendable (_ file: TelegramMedia.File, _ path: String, _ most: Int) async throws(IncomingFile
    .FetchError) -> Void
