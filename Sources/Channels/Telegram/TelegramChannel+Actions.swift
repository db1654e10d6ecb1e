import Core

extension TelegramChannel: ActionPerforming {
    /// The name of each action and the switch in `channels.telegram.actions` that it hangs on.
    private static let gates: KeyValuePairs<String, String> = [
        "react": "reactions", "emoji-list": "reactions", "delete": "deleteMessage", "edit": "editMessage",
        "poll": "poll", "dice": "sendMessage", "sticker": "sticker", "topic-create": "createForumTopic",
        "topic-edit": "editForumTopic",
    ]

    /// Sending is the house's own business; whether agents may is ours.
    var actions: [String] {
        Self.gates.filter { isOn($0.key, $0.value) }.map(\.key)
            + (settings.allows("sendMessage") ? ["send"] : [])
    }

    func perform(_ action: String, _ params: JSON) async throws(DeliveryError) -> JSON {
        guard let gate = Self.gates.first(where: { $0.key == action })?.value else {
            throw .refused("Telegram has no action `\(action)`.")
        }
        guard isOn(action, gate) else {
            throw .refused(
                "The action `\(action)` is turned off. Set `channels.telegram.actions.\(gate)` to true"
                    + (gate == "reactions" ? " and `channels.telegram.reactionLevel` to `minimal`." : "."))
        }
        let call = TelegramAction(params: ActionParams(params), place: try await place(in: params))
        do throws(TelegramError) {
            return try await perform(action, call)
        } catch {
            throw error.delivery(chat: String(call.place.chat))
        }
    }

    private func isOn(_ action: String, _ gate: String) -> Bool {
        if gate == "reactions", !settings.allowsReactions { return false }
        if action == "poll", !settings.allows("sendMessage") { return false }
        return settings.allows(gate)
    }

    /// The chat an action is for.
    private func place(in params: JSON) async throws(DeliveryError) -> TelegramPlace {
        let keys = ["to", "target", "chatId", "channelId"]
        let spelling = keys.lazy.compactMap {
            params[$0].flatMap { $0.stringValue ?? $0.intValue.map(String.init) }
        }.first
        guard let spelling else { throw .refused("The action needs `to`: the chat it is for.") }
        guard var place = TelegramPlace(try await address(of: spelling)) else {
            throw .refused("`\(spelling)` is no chat of Telegram's.")
        }
        let thread = params["threadId"] ?? params["messageThreadId"]
        place.topic = thread.flatMap { $0.intValue ?? $0.stringValue.flatMap { Int($0) } } ?? place.topic
        return place
    }

    private func perform(_ action: String, _ call: TelegramAction) async throws(TelegramError) -> JSON {
        switch action {
        case "react": try await react(call)
        case "emoji-list": ["ok": true, "emojis": JSON(TelegramReactions.allowed.sorted())]
        case "delete": try await delete(call)
        case "edit": try await edit(call)
        case "poll": try await poll(call)
        case "dice":
            try await send(
                "sendDice", call, ["emoji": call.params.text("diceEmoji").map { .string($0) } ?? .null])
        case "sticker": try await sticker(call)
        case "topic-create": try await createTopic(call)
        default: try await editTopic(call)
        }
    }

    // MARK: Messages

    private func react(_ call: TelegramAction) async throws(TelegramError) -> JSON {
        let emoji = call.params.text("emoji") ?? ""
        let removes = call.params.flag("remove") == true || emoji.isEmpty
        var reaction: [JSON] = []
        if !removes {
            guard let known = TelegramReactions.nearest(emoji) else {
                return ["ok": false, "reason": "REACTION_INVALID", "emoji": .string(emoji)]
            }
            reaction = [["type": "emoji", "emoji": .string(known)]]
        }
        let id = try call.message()
        _ = try await api.call(
            "setMessageReaction",
            ["chat_id": JSON(id.chat), "message_id": JSON(id.number), "reaction": .array(reaction)])
        return removes ? ["ok": true, "removed": true] : ["ok": true, "added": .string(emoji)]
    }

    private func delete(_ call: TelegramAction) async throws(TelegramError) -> JSON {
        try await api.delete(try call.message())
        return ["ok": true, "deleted": true]
    }

    private func edit(_ call: TelegramAction) async throws(TelegramError) -> JSON {
        guard let text = call.params.text("message", "content") else {
            throw .impossible("The action needs `message`: the new text.")
        }
        let id = try call.message()
        let place = TelegramPlace(chat: id.chat)
        try await delivery.edit(id.number, OutgoingPart.Content(text: text), at: place)
        return ["ok": true, "messageId": .string(String(id.number)), "chatId": .string(String(id.chat))]
    }

    private func sticker(_ call: TelegramAction) async throws(TelegramError) -> JSON {
        guard let file = call.params.text("fileId") ?? call.params.list("stickerId").first else {
            throw .impossible("The action needs `fileId`: the sticker's id on Telegram.")
        }
        return try await send("sendSticker", call, ["sticker": .string(file)])
    }

    /// `open_period` is 5 to 2,628,000 seconds (Bot API, `sendPoll`).
    private static let mostPollHours = 730

    private func poll(_ call: TelegramAction) async throws(TelegramError) -> JSON {
        guard let question = call.params.text("question", "pollQuestion"),
            case let options = call.params.list("answers", "pollOption", "options"), !options.isEmpty
        else { throw .impossible("A poll needs `pollQuestion` and `pollOption`.") }
        var parameters: JSONObject = [
            "question": .string(question), "options": .array(options.map { ["text": .string($0)] }),
        ]
        let allowsSeveral = call.params.flag("allowMultiselect", "pollMulti")
        parameters["allows_multiple_answers"] = allowsSeveral.map { .bool($0) }
        let isPublic = call.params.flag("pollPublic")
        let isAnonymous = call.params.flag("isAnonymous", "pollAnonymous") ?? isPublic.map { !$0 }
        parameters["is_anonymous"] = isAnonymous.map { .bool($0) }
        let hours = call.params.int("durationHours", "pollDurationHours", in: 1...Self.mostPollHours)
        let seconds = call.params.int(
            "durationSeconds", "pollDurationSeconds", in: 5...(Self.mostPollHours * 3600))
        parameters["open_period"] = (seconds ?? hours.map { $0 * 3600 }).map { JSON($0) }
        let sent = try await post("sendPoll", call, parameters)
        let id = sent["poll"]?["id"]?.stringValue ?? ""
        intake?.remember(
            poll: id,
            at: Address(
                channel: TelegramMapping.channel, account: setup.account, chat: String(call.place.chat),
                thread: call.place.topic.map(String.init)),
            question: question, options: options)
        return .object(call.result(of: sent, ["pollId": .string(id)]))
    }

    private func send(_ method: String, _ call: TelegramAction, _ parameters: JSONObject)
        async throws(TelegramError)
        -> JSON
    {
        .object(call.result(of: try await post(method, call, parameters)))
    }

    private func post(_ method: String, _ call: TelegramAction, _ parameters: JSONObject)
        async throws(TelegramError)
        -> JSON
    {
        var all = call.place.parameters
        for (key, value) in parameters { all[key] = value }
        if let reply = call.id("replyTo") ?? call.id("replyToMessageId") {
            all["reply_parameters"] = ["message_id": JSON(reply.number), "allow_sending_without_reply": true]
        }
        if call.params.flag("silent") == true { all["disable_notification"] = true }
        return try await api.post(method, all)
    }

    // MARK: Topics

    private func createTopic(_ call: TelegramAction) async throws(TelegramError) -> JSON {
        guard let name = call.params.text("name", "threadName") else {
            throw .impossible("The action needs `name`: what the topic is to be called.")
        }
        var parameters: JSONObject = ["chat_id": JSON(call.place.chat), "name": .string(name)]
        parameters["icon_color"] = call.params.int("iconColor", in: 0...0xFFFFFF).map { JSON($0) }
        parameters["icon_custom_emoji_id"] = call.params.text("iconCustomEmojiId").map { .string($0) }
        let topic = try await api.call("createForumTopic", parameters)
        return [
            "ok": true, "topicId": topic["message_thread_id"] ?? .null,
            "name": topic["name"] ?? .string(name),
            "chatId": .string(String(call.place.chat)),
        ]
    }

    private func editTopic(_ call: TelegramAction) async throws(TelegramError) -> JSON {
        guard let topic = call.place.topic else {
            throw .impossible("The action needs `threadId`: the topic's number.")
        }
        var parameters: JSONObject = ["chat_id": JSON(call.place.chat), "message_thread_id": JSON(topic)]
        parameters["name"] = call.params.text("name", "threadName").map { .string($0) }
        parameters["icon_custom_emoji_id"] = call.params.text("iconCustomEmojiId").map { .string($0) }
        _ = try await api.call("editForumTopic", parameters)
        return ["ok": true, "topicId": JSON(topic), "chatId": .string(String(call.place.chat))]
    }
}

/// The parameters of an action, as the `message` tool and the command line spell them.
struct TelegramAction {
    let params: ActionParams
    let place: TelegramPlace

    func id(_ key: String) -> TelegramMessageID? {
        params.text(key).flatMap { TelegramMessageID($0, in: place.chat) }
    }

    /// The message that `messageId` names.
    func message() throws(TelegramError) -> TelegramMessageID {
        guard let id = id("messageId") else {
            throw .impossible("The action needs `messageId`: the message it is for.")
        }
        return id
    }

    /// What an action that sends something answers.
    func result(of sent: JSON, _ more: JSONObject = [:]) -> JSONObject {
        var result: JSONObject = [
            "ok": true, "messageId": .string((sent["message_id"]?.intValue).map(String.init) ?? ""),
            "chatId": .string((sent["chat"]?["id"]?.intValue ?? place.chat).description),
        ]
        for (key, value) in more { result[key] = value }
        return result
    }
}
