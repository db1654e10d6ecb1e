import Core

/// A message, as far as we read it (core.telegram.org/bots/api#message).
struct TelegramMessage {
    var id: Int
    var chat: TelegramChat
    var from: TelegramUser?
    /// Who wrote in the name of a chat: an anonymous administrator, a channel.
    var senderChat: TelegramChat?
    /// A channel's author, where the channel shows them.
    var signature: String?
    /// Seconds since 1970.
    var date: Int
    var thread: Int?
    var isInTopic = false
    /// Text, or the caption of what it carries.
    var text: TelegramMarkedText
    var replyTo: Reply?
    /// The part of the other message that its sender has marked.
    var quote: String?
    /// Where it was forwarded from, in words; nil when it was not.
    var forwardedFrom: String?
    /// The bot whose words they are: the sender has chosen them from what it offered.
    var viaBot: TelegramUser?
    var album: String?
    var media: TelegramMedia?
    /// What it carries beside text and files, such as a place or a poll.
    var content: TelegramContent?
    /// The supergroup that this group has become.
    var movedTo: Int?
    /// The group that this supergroup was.
    var movedFrom: Int?

    /// The conversation that it is part of.
    var place: TelegramPlace { TelegramPlace(chat: chat.id, topic: isInTopic ? thread : nil) }

    /// Whether somebody else wrote what it says.
    var isOfOthers: Bool { forwardedFrom != nil || viaBot != nil }

    init(id: Int, chat: TelegramChat, from: TelegramUser? = nil, text: String = "", date: Int = 0) {
        self.id = id
        self.chat = chat
        self.from = from
        self.date = date
        self.text = TelegramMarkedText(text)
    }

    /// Nil when it is none, or one that we cannot see any more.
    init?(json: JSON) {
        guard let id = json["message_id"]?.intValue, let chat = TelegramChat(json: json["chat"]) else {
            return nil
        }
        self.id = id
        self.chat = chat
        from = TelegramUser(json: json["from"])
        senderChat = TelegramChat(json: json["sender_chat"])
        signature = json["author_signature"]?.stringValue
        date = json["date"]?.intValue ?? 0
        thread = json["message_thread_id"]?.intValue
        isInTopic = json["is_topic_message"]?.boolValue ?? false
        text =
            json["text"]?.stringValue.map { TelegramMarkedText($0, json["entities"]) }
            ?? TelegramMarkedText(json["caption"]?.stringValue ?? "", json["caption_entities"])
        replyTo = (json["reply_to_message"] ?? json["external_reply"]).flatMap { Reply(json: $0) }
        quote = json["quote"]?["text"]?.stringValue
        forwardedFrom = json["forward_origin"].map { Self.origin($0).plainName }
        viaBot = TelegramUser(json: json["via_bot"])
        album = json["media_group_id"]?.stringValue
        media = TelegramMedia(message: json)
        content = TelegramContent(message: json)
        movedTo = json["migrate_to_chat_id"]?.intValue
        movedFrom = json["migrate_from_chat_id"]?.intValue
    }

    private static func origin(_ json: JSON) -> String {
        if let user = TelegramUser(json: json["sender_user"]) { return user.name }
        if let chat = TelegramChat(json: json["sender_chat"]) ?? TelegramChat(json: json["chat"]) {
            return chat.title ?? ""
        }
        return json["sender_user_name"]?.stringValue ?? ""
    }

    /// The message that another one answers; without an id when it is in another chat.
    struct Reply {
        var id: Int?
        var from: TelegramUser?
        var sender: String?
        var text: String
        var media: TelegramMedia?
        /// Whether it only tells that a topic was opened: all messages of a topic answer that one.
        var opensTopic: Bool

        init?(json: JSON) {
            let isHere = json["origin"] == nil
            id = isHere ? json["message_id"]?.intValue : nil
            from = isHere ? TelegramUser(json: json["from"]) : nil
            sender = from?.name ?? json["origin"].map(TelegramMessage.origin)
            if let title = TelegramChat(json: json["sender_chat"])?.title, from == nil || from?.isBot == true
            {
                sender = sender ?? title
            }
            let said =
                json["text"]?.stringValue.map { TelegramMarkedText($0, json["entities"]) }
                ?? TelegramMarkedText(json["caption"]?.stringValue ?? "", json["caption_entities"])
            media = TelegramMedia(message: json)
            text = said.markdown
            if text.isEmpty {
                text = TelegramContent(message: json)?.sentence ?? media.map { "[\($0.kind.rawValue)]" } ?? ""
            }
            opensTopic = json["forum_topic_created"] != nil
        }
    }
}

/// A file in a message.
struct TelegramMedia {
    enum Kind: String {
        case photo, document, voice, audio, video, videoNote = "video_note", animation, sticker
    }

    var kind: Kind
    /// The sizes there are, smallest first; one for all but photos.
    var files: [File]
    var name: String?
    var mimeType: String?
    /// A sticker's: what it stands for, and the set it is from.
    var emoji: String?
    var set: String?
    /// The same for the same file whoever sends it; nothing can be fetched with it.
    var uniqueID: String?
    /// A sticker that moves is no picture.
    var isMoving = false

    struct File: Hashable {
        var id: String
        var byteCount: Int?

        init?(json: JSON?) {
            guard let id = json?["file_id"]?.stringValue else { return nil }
            self.id = id
            byteCount = json?["file_size"]?.intValue
        }
    }

    /// The file of a message; nil when it has none.
    init?(message json: JSON) {
        if let sizes = json["photo"]?.arrayValue, !sizes.isEmpty {
            kind = .photo
            files = sizes.compactMap { File(json: $0) }
            mimeType = "image/jpeg"
            if files.isEmpty { return nil }
            return
        }
        // An animation stands there as a document, too.
        let kinds: [Kind] = [.animation, .document, .voice, .audio, .video, .videoNote, .sticker]
        guard let kind = kinds.first(where: { json[$0.rawValue] != nil }), let media = json[kind.rawValue],
            let file = File(json: media)
        else { return nil }
        self.kind = kind
        files = [file]
        name = media["file_name"]?.stringValue
        mimeType = media["mime_type"]?.stringValue
        uniqueID = media["file_unique_id"]?.nonEmptyString
        switch kind {
        case .voice: mimeType = mimeType ?? "audio/ogg"
        case .videoNote: mimeType = "video/mp4"
        case .sticker:
            emoji = media["emoji"]?.stringValue
            set = media["set_name"]?.stringValue
            isMoving =
                media["is_animated"]?.boolValue == true || media["is_video"]?.boolValue == true
            mimeType = "image/webp"
        default: break
        }
    }

    /// The largest file of at most `most` bytes; the smallest when all are larger.
    func file(upTo most: Int) -> File? { files.last { ($0.byteCount ?? 0) <= most } ?? files.first }
}

/// What a message carries that is neither text nor a file.
enum TelegramContent: Hashable {
    case location(latitude: Double, longitude: Double, accuracy: Double?, isLive: Bool)
    case venue(title: String, address: String, latitude: Double, longitude: Double)
    case contact(name: String, phone: String)
    case poll(question: String, options: [String])
    case dice(emoji: String, value: Int)

    init?(message json: JSON) {
        // A venue and a dice come with a location and a text for older clients, so they go first.
        if let venue = json["venue"], let (latitude, longitude) = Self.point(venue["location"]) {
            self = .venue(
                title: venue["title"]?.stringValue ?? "", address: venue["address"]?.stringValue ?? "",
                latitude: latitude, longitude: longitude)
        } else if let place = json["location"], let (latitude, longitude) = Self.point(place) {
            self = .location(
                latitude: latitude, longitude: longitude, accuracy: place["horizontal_accuracy"]?.doubleValue,
                isLive: place["live_period"] != nil)
        } else if let contact = json["contact"], let phone = contact["phone_number"]?.stringValue {
            let names = [contact["first_name"]?.stringValue, contact["last_name"]?.stringValue]
            self = .contact(name: names.compactMap { $0 }.joined(separator: " "), phone: phone)
        } else if let poll = json["poll"], let question = poll["question"]?.stringValue {
            let options = poll["options"]?.arrayValue ?? []
            self = .poll(question: question, options: options.compactMap { $0["text"]?.stringValue })
        } else if let dice = json["dice"], let value = dice["value"]?.intValue {
            self = .dice(emoji: dice["emoji"]?.stringValue ?? "🎲", value: value)
        } else {
            return nil
        }
    }

    private static func point(_ json: JSON?) -> (Double, Double)? {
        guard let latitude = json?["latitude"]?.doubleValue, let longitude = json?["longitude"]?.doubleValue
        else {
            return nil
        }
        return (latitude, longitude)
    }

    /// In words.
    var sentence: String {
        switch self {
        case .location(let latitude, let longitude, let accuracy, let isLive):
            let around = accuracy.map { " ±\(Int(max(0, min($0, 100_000)).rounded()))m" } ?? ""
            let point = "\(Self.degrees(latitude)), \(Self.degrees(longitude))\(around)"
            return isLive ? "🛰 Live location: \(point)" : "📍 \(point)"
        case .venue(let title, let address, let latitude, let longitude):
            let name = [title, address].filter { !$0.isEmpty }.joined(separator: " — ")
            return "📍 \(name) (\(Self.degrees(latitude)), \(Self.degrees(longitude)))"
        case .contact(let name, let phone): return "[Contact] \(name), \(phone)"
        case .poll(let question, let options):
            let lines = options.enumerated().map { "\n\($0 + 1). \($1)" }
            return "[Poll] \(question)" + lines.joined()
        case .dice(let emoji, let value): return "[Dice] \(emoji) \(value)"
        }
    }

    /// Six places after the point: a tenth of a metre.
    private static func degrees(_ value: Double) -> String {
        guard value.isFinite, abs(value) <= 360 else { return "?" }
        let millionths = Int((abs(value) * 1e6).rounded())
        let fraction = String(millionths % 1_000_000)
        let zeros = String(repeating: "0", count: 6 - fraction.count)
        return "\(value < 0 ? "-" : "")\(millionths / 1_000_000).\(zeros)\(fraction)"
    }
}
