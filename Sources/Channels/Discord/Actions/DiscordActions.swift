import Core
import Wire

/// What the `message` tool and `openclaw message` can do on Discord, in the names and shapes of OpenClaw's.
@MainActor
struct DiscordActions {
    let channel: DiscordChannel
    let params: ActionParams

    /// One action: its name, the key of `channels.discord.actions` that switches it, and what it does.
    struct Action: Sendable {
        let name: String
        let gate: String
        let perform: @MainActor @Sendable (DiscordActions) async throws(DiscordFailure) -> JSON
    }

    static let all: [Action] = [
        Action(name: "send", gate: "messages") { a async throws(DiscordFailure) in try await a.send() },
        Action(name: "upload-file", gate: "messages") { a async throws(DiscordFailure) in try await a.send()
        },
        Action(name: "read", gate: "messages") { a async throws(DiscordFailure) in try await a.read() },
        Action(name: "edit", gate: "messages") { a async throws(DiscordFailure) in try await a.edit() },
        Action(name: "delete", gate: "messages") { a async throws(DiscordFailure) in try await a.delete() },
        Action(name: "react", gate: "reactions") { a async throws(DiscordFailure) in try await a.react() },
        Action(name: "reactions", gate: "reactions") { a async throws(DiscordFailure) in
            try await a.reactions()
        },
        Action(name: "emoji-list", gate: "reactions") { a async throws(DiscordFailure) in
            try await a.list("emojis", "/emojis")
        },
        Action(name: "poll", gate: "polls") { a async throws(DiscordFailure) in try await a.poll() },
        Action(name: "sticker", gate: "stickers") { a async throws(DiscordFailure) in try await a.sticker() },
        Action(name: "pin", gate: "pins") { a async throws(DiscordFailure) in try await a.pin("PUT") },
        Action(name: "unpin", gate: "pins") { a async throws(DiscordFailure) in try await a.pin("DELETE") },
        Action(name: "list-pins", gate: "pins") { a async throws(DiscordFailure) in try await a.pins() },
        Action(name: "thread-create", gate: "threads") { a async throws(DiscordFailure) in
            try await a.createThread()
        },
        Action(name: "thread-list", gate: "threads") { a async throws(DiscordFailure) in try await a.threads()
        },
        Action(name: "thread-reply", gate: "threads") { a async throws(DiscordFailure) in try await a.send()
        },
        Action(name: "search", gate: "search") { a async throws(DiscordFailure) in try await a.search() },
        Action(name: "permissions", gate: "permissions") { a async throws(DiscordFailure) in
            try await a.permissions()
        },
        Action(name: "member-info", gate: "memberInfo") { a async throws(DiscordFailure) in
            try await a.member()
        },
        Action(name: "role-info", gate: "roleInfo") { a async throws(DiscordFailure) in
            try await a.list("roles", "/roles")
        },
        Action(name: "role-add", gate: "roles") { a async throws(DiscordFailure) in try await a.role("PUT") },
        Action(name: "role-remove", gate: "roles") { a async throws(DiscordFailure) in
            try await a.role("DELETE")
        },
        Action(name: "channel-info", gate: "channelInfo") { a async throws(DiscordFailure) in
            try await a.describeChannel()
        },
        Action(name: "channel-list", gate: "channelInfo") { a async throws(DiscordFailure) in
            try await a.list("channels", "/channels")
        },
        Action(name: "voice-status", gate: "voiceStatus") { a async throws(DiscordFailure) in
            try await a.voiceStatus()
        },
        Action(name: "event-list", gate: "events") { a async throws(DiscordFailure) in
            try await a.list("events", "/scheduled-events")
        },
    ]

    var api: DiscordAPI { channel.api }

    /// The channel that the action is about.
    func place() async throws(DiscordFailure) -> Snowflake {
        try await channel.targets.place(params.required("channelId", "to", "target", "threadId"))
    }

    static let done: JSON = ["ok": true]

    /// Answers of Discord's about a guild that are passed on as they are.
    private func list(_ name: String, _ path: String) async throws(DiscordFailure) -> JSON {
        let found = try await api.send(.guild("GET", params.id("guildId"), path))
        return ["ok": true, .init(stringLiteral: name): found]
    }
}

// MARK: Messages

extension DiscordActions {
    private func send() async throws(DiscordFailure) -> JSON {
        let place = try await channel.targets.place(params.required("threadId", "to", "target", "channelId"))
        let sources = params.list("media", "path", "filePath", "mediaUrl")
        let content = OutgoingPart.Content(
            text: params.text("message", "content", "caption") ?? "",
            files: sources.map {
                OutgoingFile(
                    source: $0, name: params.text("filename"), isVoice: params.flag("asVoice") == true)
            },
            replyTo: params.text("replyTo").map { MessageID($0) }, isSilent: params.flag("silent") == true)
        guard !content.text.isEmpty || !content.files.isEmpty else {
            throw .refused(status: 0, code: 0, "The action needs a `message` or a file.")
        }
        let address = Address(
            channel: channel.setup.channel, account: channel.setup.account, chat: place.description)
        let part = OutgoingPart(
            address: address, content: content, nonce: Digest.hex(SecureRandom.bytes(12)))
        let id = try await channel.post(part, in: place)
        return ["ok": true, "result": ["messageId": id.json, "channelId": place.json]]
    }

    private func read() async throws(DiscordFailure) -> JSON {
        let place = try await place()
        var query = "?limit=\(params.int("limit", in: 1...DiscordAPI.mostMessages) ?? 50)"
        // Only one of them may be said at a time.
        if let key = ["around", "before", "after"].first(where: { params.text($0) != nil }) {
            query += "&\(key)=\(try params.id(key))"
        }
        let found = try await api.send(.channel("GET", place, "/messages" + query, template: "/messages"))
        return ["ok": true, "messages": .array((found.arrayValue ?? []).map(Self.timed))]
    }

    private func edit() async throws(DiscordFailure) -> JSON {
        let message = try params.id("messageId")
        let body: JSON = [
            "content": .string(try params.required("message", "content")),
            "allowed_mentions": OutgoingMapping.allowedMentions,
        ]
        let changed = try await api.send(
            .channel("PATCH", place(), "/messages/\(message)", template: "/messages/*"), .json(body))
        return ["ok": true, "message": Self.timed(changed)]
    }

    private func delete() async throws(DiscordFailure) -> JSON {
        let message = try params.id("messageId")
        try await api.remove(message, in: place())
        return Self.done
    }

    private func search() async throws(DiscordFailure) -> JSON {
        let guild = try params.id("guildId")
        var query = "?content=\(try params.required("query", "content").percentEncoded)"
        for id in params.list("channelId", "channelIds") { query += "&channel_id=\(id.percentEncoded)" }
        for id in params.list("authorId", "authorIds") { query += "&author_id=\(id.percentEncoded)" }
        query += "&limit=\(params.int("limit", in: 1...25) ?? 25)"
        var found = JSON.null
        for _ in 0..<Self.mostSearches {
            found = try await api.send(
                .guild("GET", guild, "/messages/search" + query, template: "/messages/search"))
            guard found["code"]?.intValue == DiscordCode.searchIsNotReady else { break }
            // Discord has to look through the server first, and says when to come back; 0 is "soon".
            let seconds = min(max(found["retry_after"]?.doubleValue ?? 0, 0.5), 5)
            try? await Task.sleep(for: .seconds(seconds))  // a cancelled task asks once more, and that fails
        }
        guard var results = found.objectValue, results["messages"] != nil else {
            throw .limited(
                "Discord has not indexed the server yet. Try again in a minute.", after: .seconds(60))
        }
        results["messages"] = .array(
            (found["messages"]?.arrayValue ?? []).map { .array(($0.arrayValue ?? []).map(Self.timed)) })
        return ["ok": true, "results": .object(results)]
    }

    private static let mostSearches = 4

    /// With its moment as milliseconds since 1970 and in UTC, as the original's tool has it.
    private static func timed(_ message: JSON) -> JSON {
        guard var object = message.objectValue, let id = Snowflake(message["id"]) else { return message }
        object["timestampMs"] = id.timestamp.json
        object["timestampUtc"] = .string(id.timestamp.iso8601)
        return .object(object)
    }
}

// MARK: Reactions, polls, stickers, pins

extension DiscordActions {
    private func react() async throws(DiscordFailure) -> JSON {
        let message = try params.id("messageId")
        let place = try await place()
        guard let emoji = params.text("emoji") else { return try await removeOwn(message, in: place) }
        let removes = params.flag("remove") == true
        try await api.react(DiscordEmoji.spelling(emoji), to: message, in: place, removes: removes)
        return ["ok": true, removes ? "removed" : "added": .string(emoji)]
    }

    /// Without an emoji all of ours are taken away.
    private func removeOwn(_ message: Snowflake, in place: Snowflake) async throws(DiscordFailure) -> JSON {
        let found = try await api.send(
            .channel("GET", place, "/messages/\(message)", template: "/messages/*"))
        var removed: [JSON] = []
        for reaction in found["reactions"]?.arrayValue ?? [] where reaction["me"]?.boolValue == true {
            let emoji = Self.emoji(reaction["emoji"])
            try await api.react(emoji, to: message, in: place, removes: true)
            removed.append(.string(emoji))
        }
        return ["ok": true, "removed": .array(removed)]
    }

    private func reactions() async throws(DiscordFailure) -> JSON {
        let message = try params.id("messageId")
        let place = try await place()
        let limit = params.int("limit", in: 1...100) ?? 100
        let found = try await api.send(
            .channel("GET", place, "/messages/\(message)", template: "/messages/*"))
        var reactions: [JSON] = []
        for reaction in found["reactions"]?.arrayValue ?? [] {
            let emoji = Self.emoji(reaction["emoji"])
            let users = try await api.send(
                .channel(
                    "GET", place, "/messages/\(message)/reactions/\(emoji.percentEncoded)?limit=\(limit)",
                    template: "/messages/*/reactions/*"))
            reactions.append([
                "emoji": [
                    "id": reaction["emoji"]?["id"] ?? .null, "name": reaction["emoji"]?["name"] ?? .null,
                    "raw": .string(emoji),
                ], "count": reaction["count"] ?? 0,
                "users": .array((users.arrayValue ?? []).map(Self.user)),
            ])
        }
        return ["ok": true, "reactions": .array(reactions)]
    }

    private static func user(_ json: JSON) -> JSON {
        let user = DiscordUser(json: json)
        return [
            "id": json["id"] ?? .null, "username": json["username"] ?? .null, "tag": .string(user?.tag ?? ""),
        ]
    }

    private static func emoji(_ json: JSON?) -> String {
        let name = json?["name"]?.stringValue ?? ""
        return Snowflake(json?["id"]).map { "\(name):\($0)" } ?? name
    }

    private func poll() async throws(DiscordFailure) -> JSON {
        let answers = params.list("pollOption", "pollOptions", "options", "answers")
        guard (2...10).contains(answers.count) else {
            throw .refused(status: 0, code: 0, "A poll on Discord has 2 to 10 answers (`pollOption`).")
        }
        let question = Cut.head(try params.required("pollQuestion", "question"), 300)
        var body: JSONObject = [
            "poll": [
                "question": ["text": .string(question)],
                "answers": .array(answers.map { ["poll_media": ["text": .string(Cut.head($0, 55))]] }),
                "duration": JSON(
                    params.int("pollDurationHours", "durationHours", in: 1...768) ?? 24),
                "allow_multiselect": JSON(
                    params.flag("pollMulti") == true || (params.int("maxSelections", in: 1...10) ?? 1) > 1),
                "layout_type": 1,
            ], "nonce": .string(Digest.hex(SecureRandom.bytes(12))), "enforce_nonce": true,
            "allowed_mentions": OutgoingMapping.allowedMentions,
        ]
        body["content"] = params.text("message").map { .string($0) }
        let place = try await place()
        let id = try await api.post(.json(.object(body)), in: place)
        return ["ok": true, "messageId": id.json, "channelId": place.json, "pollId": id.json]
    }

    private func sticker() async throws(DiscordFailure) -> JSON {
        let ids = params.list("stickerId", "stickerIds")
        guard (1...3).contains(ids.count) else {
            throw .refused(status: 0, code: 0, "A message on Discord has 1 to 3 stickers (`stickerId`).")
        }
        var body: JSONObject = [
            "sticker_ids": JSON(ids), "nonce": .string(Digest.hex(SecureRandom.bytes(12))),
            "enforce_nonce": true,
            "allowed_mentions": OutgoingMapping.allowedMentions,
        ]
        body["content"] = params.text("message").map { .string($0) }
        let place = try await place()
        let id = try await api.post(.json(.object(body)), in: place)
        return ["ok": true, "messageId": id.json, "channelId": place.json]
    }

    private func pin(_ method: String) async throws(DiscordFailure) -> JSON {
        let message = try params.id("messageId")
        _ = try await api.send(
            .channel(method, place(), "/messages/pins/\(message)", template: "/messages/pins/*"))
        return Self.done
    }

    private func pins() async throws(DiscordFailure) -> JSON {
        let limit = params.int("limit", in: 1...50) ?? 50
        let found = try await api.send(
            .channel("GET", place(), "/messages/pins?limit=\(limit)", template: "/messages/pins"))
        let messages = (found["items"]?.arrayValue ?? []).compactMap { $0["message"] }
        return ["ok": true, "pins": .array(messages.map(Self.timed))]
    }
}

// MARK: Threads

extension DiscordActions {
    private static let publicThread = 11

    private func createThread() async throws(DiscordFailure) -> JSON {
        let place = try await place()
        var body: JSONObject = [
            "name": .string(Cut.head(try params.required("threadName", "name"), 100))
        ]
        if let minutes = params.int("autoArchiveMin", in: 60...10_080) {
            body["auto_archive_duration"] = JSON([60, 1440, 4320, 10_080].last { $0 <= minutes } ?? 60)
        }
        if let message = try params.optionalID("messageId") {
            let thread = try await api.send(
                .channel("POST", place, "/messages/\(message)/threads", template: "/messages/*/threads"),
                .json(.object(body)))
            return ["ok": true, "thread": thread]
        }
        let name = try params.required("threadName", "name")
        let text = params.text("message", "content")
        let isForum = try await channel.places.place(place).holdsPosts
        if isForum {
            body["message"] = [
                "content": .string(text ?? name),
                "allowed_mentions": OutgoingMapping.allowedMentions,
            ]
            let tags = params.list("appliedTags")
            if !tags.isEmpty { body["applied_tags"] = JSON(tags) }
        } else {
            body["type"] = JSON(Self.publicThread)
        }
        let thread = try await api.send(.threads(of: place), .json(.object(body)))
        if !isForum, let text, let id = Snowflake(thread["id"]) {
            _ = try await api.post(
                .json(["content": .string(text), "allowed_mentions": OutgoingMapping.allowedMentions]), in: id
            )
        }
        return ["ok": true, "thread": thread]
    }

    private func threads() async throws(DiscordFailure) -> JSON {
        guard params.flag("includeArchived") == true else {
            return [
                "ok": true,
                "threads": try await api.send(.guild("GET", params.id("guildId"), "/threads/active")),
            ]
        }
        var query = "?limit=\(params.int("limit", in: 2...100) ?? 50)"
        if let before = params.text("before") { query += "&before=\(before.percentEncoded)" }
        let threads = try await api.send(
            .channel("GET", place(), "/threads/archived/public" + query, template: "/threads/archived/public")
        )
        return ["ok": true, "threads": threads]
    }
}

// MARK: People and places

extension DiscordActions {
    private func member() async throws(DiscordFailure) -> JSON {
        let user = try params.id("userId")
        let member = try await api.send(
            .guild("GET", params.id("guildId"), "/members/\(user)", template: "/members/*"))
        var result: JSONObject = ["ok": true, "member": member]
        if let presence = channel.presences[user] {
            result["status"] = presence["status"]
            result["activities"] = presence["activities"]
        }
        return .object(result)
    }

    private func role(_ method: String) async throws(DiscordFailure) -> JSON {
        let path = "/members/\(try params.id("userId"))/roles/\(try params.id("roleId"))"
        _ = try await api.send(.guild(method, params.id("guildId"), path, template: "/members/*/roles/*"))
        return Self.done
    }

    private func describeChannel() async throws(DiscordFailure) -> JSON {
        ["ok": true, "channel": try await api.send(.channel("GET", place()))]
    }

    private func voiceStatus() async throws(DiscordFailure) -> JSON {
        let user = try params.id("userId")
        do throws(DiscordFailure) {
            let voice = try await api.send(
                .guild("GET", params.id("guildId"), "/voice-states/\(user)", template: "/voice-states/*"))
            return ["ok": true, "voice": voice]
        } catch {
            // Discord says it like this that somebody is in no voice channel.
            guard error.isMissing(DiscordCode.unknownVoiceState) else { throw error }
            return ["ok": true, "voice": .null]
        }
    }

    private func permissions() async throws(DiscordFailure) -> JSON {
        let place = try await place()
        let channelJSON = try await api.send(.channel("GET", place))
        guard let guild = Snowflake(channelJSON["guild_id"]) else {
            return ["ok": true, "permissions": ["channelId": place.json, "isDm": true, "permissions": []]]
        }
        // A thread has its channel's permissions.
        let isThread = DiscordPlace(json: channelJSON)?.isThread == true
        let owner =
            isThread
            ? try await api.send(.channel("GET", Snowflake(channelJSON["parent_id"]) ?? place)) : channelJSON
        let me = try await api.me()
        let guildJSON = try await api.send(.guild("GET", guild))
        let member = try await api.member(me.id, of: guild)
        let bits = DiscordPermissions.of(me.id, roles: member.roles, guild: guildJSON, channel: owner)
        return [
            "ok": true,
            "permissions": [
                "channelId": place.json, "guildId": guild.json, "isDm": false,
                "permissions": JSON(DiscordPermissions.names(bits)), "raw": .string(String(bits)),
                "channelType": channelJSON["type"] ?? .null,
            ],
        ]
    }
}
