package import Core

extension InboundMessage {
    /// As the inbox keeps it until it is answered.
    package var json: JSON {
        var object: JSONObject = [
            "id": .string(id.rawValue), "channel": .string(address.channel.rawValue),
            "account": .string(address.account), "chat": .string(address.chat),
            "session": .string(session.rawValue),
            "text": .string(text), "receivedAt": receivedAt.json,
        ]
        object["thread"] = address.thread.map { .string($0) }
        if !images.isEmpty { object["images"] = .array(images.map { Block.image($0).json }) }
        object["options"] = options.json
        object["origin"] = origin?.json
        object["deliversTo"] = deliversTo?.json
        object["bot"] = bot.map { .string($0) }
        return .object(object)
    }

    package init?(json: JSON) {
        guard let id = json["id"]?.stringValue, let channel = json["channel"]?.stringValue,
            let session = json["session"]?.stringValue
        else { return nil }
        let images = [Block](json: json["images"] ?? .null)
        self.init(
            id: MessageID(id),
            address: Address(
                channel: ChannelID(channel), account: json["account"]?.stringValue ?? "default",
                chat: json["chat"]?.stringValue ?? "", thread: json["thread"]?.stringValue),
            session: SessionKey(session), text: json["text"]?.stringValue ?? "",
            images: images.compactMap { if case .image(let image) = $0 { image } else { nil } },
            receivedAt: Timestamp(milliseconds: Int64(json["receivedAt"]?.intValue ?? 0)),
            options: TurnOptions(json: json["options"] ?? .null),
            origin: json["origin"].flatMap { MessageOrigin(json: $0) })
        deliversTo = json["deliversTo"].flatMap { Address(json: $0) }
        bot = json["bot"]?.stringValue
    }

    /// Differs when a known id comes again with other content.
    ///
    /// Short, so that it can stay when the content is gone.
    package var fingerprint: String {
        var hash = Fingerprint()
        hash.add(session.rawValue)
        hash.add(text)
        for image in images {
            hash.add(image.mimeType)
            hash.add(image.base64)
        }
        return hash.text
    }
}

extension Address {
    var json: JSON {
        var object: JSONObject = [
            "channel": .string(channel.rawValue), "account": .string(account), "chat": .string(chat),
        ]
        object["thread"] = thread.map { .string($0) }
        return .object(object)
    }

    init?(json: JSON) {
        guard let channel = json["channel"]?.stringValue, let account = json["account"]?.stringValue,
            let chat = json["chat"]?.stringValue
        else { return nil }
        self.init(
            channel: ChannelID(channel), account: account, chat: chat, thread: json["thread"]?.stringValue)
    }
}

extension MessageOrigin {
    var json: JSON {
        var object: JSONObject = [
            "kind": .string(kind.rawValue), "sender": .string(sender.id), "words": .string(words),
            "authorized": .bool(isAuthorized), "addressed": .bool(isAddressed),
            "owner": .bool(isOwner),
        ]
        object["name"] = sender.name.map { .string($0) }
        object["username"] = sender.username.map { .string($0) }
        object["place"] = place.map { .string($0) }
        object["requiresMention"] = requiresMention.map { .bool($0) }
        object["handle"] = handle
        object["reaction"] = passingReaction.map { .string($0) }
        object["tools"] = tools
        return .object(object)
    }

    init?(json: JSON) {
        guard let kind = json["kind"]?.stringValue.flatMap({ ChatKind(rawValue: $0) }),
            let sender = json["sender"]?.stringValue
        else { return nil }
        self.init(
            kind: kind,
            sender: Sender(
                id: sender, name: json["name"]?.stringValue, username: json["username"]?.stringValue),
            words: json["words"]?.stringValue ?? "", place: json["place"]?.stringValue)
        isAuthorized = json["authorized"]?.boolValue ?? false
        isAddressed = json["addressed"]?.boolValue ?? false
        isOwner = json["owner"]?.boolValue ?? false
        requiresMention = json["requiresMention"]?.boolValue
        handle = json["handle"]
        passingReaction = json["reaction"]?.stringValue
        tools = json["tools"]
    }
}

extension TurnOptions {
    var json: JSON? {
        var object: JSONObject = [:]
        object["thinking"] = thinking.map { .string($0.rawValue) }
        object["timeoutMs"] = timeout.map { .integer($0.milliseconds) }
        object["extraSystemPrompt"] = extraSystemPrompt.map { .string($0) }
        if delivers { object["delivers"] = true }
        object["queueMode"] = queueMode.map { .string($0.rawValue) }
        object["model"] = model.map { .string($0.description) }
        object["historyTurns"] = historyTurns.map { .integer(Int64($0)) }
        return object.isEmpty ? nil : .object(object)
    }

    init(json: JSON) {
        self.init(
            thinking: json["thinking"]?.stringValue.flatMap { ThinkingLevel(rawValue: $0) },
            timeout: json["timeoutMs"]?.intValue.map { .milliseconds($0) },
            extraSystemPrompt: json["extraSystemPrompt"]?.stringValue,
            delivers: json["delivers"]?.boolValue ?? false,
            queueMode: json["queueMode"]?.stringValue.flatMap { QueueMode(rawValue: $0) })
        model = json["model"]?.stringValue.flatMap { ModelReference($0) }
        historyTurns = json["historyTurns"]?.intValue
    }
}

/// FNV-1a in 64 bits: tells a mistake from a repeat, and protects against nobody.
private struct Fingerprint {
    private var state: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ text: String) {
        for byte in text.utf8 { add(byte) }
        add(0xFF)  // no UTF-8 text has this byte, so the parts cannot run together
    }

    private mutating func add(_ byte: UInt8) {
        state = (state ^ UInt64(byte)) &* 0x100_0000_01B3
    }

    var text: String { String(state, radix: 16) }
}
