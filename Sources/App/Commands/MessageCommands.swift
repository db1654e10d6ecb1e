import Core
import Wire

/// `message …`: write to people and change messages on the chat platforms, through the running gateway.
@MainActor
enum MessageCommands {
    static var all: [Command] {
        [
            Command(
                path: ["message", "send"], summary: "Send a message to a chat or person",
                options: place + [
                    Command.Option.value("--message", "text", "What to say").or("-m"),
                    Command.Option.value("--media", "file", "A file, or an https address; may be repeated")
                        .repeated,
                    .value("--buttons", "json", "Rows of buttons: [[{\"text\":…,\"callback_data\":…}]]"),
                    .value("--reply-to", "id", "The message it answers"),
                    .flag("--silent", "Let no phone ring"),
                ], run: send),
            Command(
                path: ["message", "poll"], summary: "Ask the people of a chat",
                options: place + [
                    .value("--poll-question", "text", "The question"),
                    Command.Option.value("--poll-option", "text", "An answer; 2 to 12 times").repeated,
                    .flag("--poll-multi", "Let people choose several"),
                    .number("--poll-duration-hours", "n", "How long it is open", 1...768),
                ], run: poll),
        ] + actions.map(\.command)
    }

    private static let place =
        GatewayClient.options(waitingMilliseconds: longestMilliseconds) + [
            .value("--channel", "platform", "Which platform; needed when there are several"),
            .value("--account", "id", "Which of its accounts"),
            Command.Option.value("--target", "chat", "Chat or person: an id, #channel, @name, user:id").or(
                "-t"),
            .value("--thread-id", "id", "Which thread or topic"),
        ]

    private static let message = Command.Option.value("--message-id", "id", "Which message")
    private static let text = Command.Option.value("--message", "text", "What it says").or("-m")
    private static let guild = Command.Option.value("--guild-id", "id", "Which server")
    private static let limit = Command.Option.number("--limit", "n", "How many at most", 1...100)

    /// Longer than the gateway waits for a platform.
    private static let longestMilliseconds = 30_000

    /// What is asked of a platform as it is; the option `--a-b` becomes the parameter `aB`.
    private struct Action {
        var words: [String]
        var name: String
        var summary: String
        var needs: [String] = []
        var options: [Command.Option] = []

        @MainActor var command: Command {
            Command(path: ["message"] + words, summary: summary, options: place + options) {
                try run(self, $0)
            }
        }
    }

    private static let actions: [Action] = [
        Action(
            words: ["react"], name: "react", summary: "Add a reaction, or take it away",
            needs: ["--message-id", "--emoji"],
            options: [
                message, .value("--emoji", "emoji", "Which one"), .flag("--remove", "Take it away"),
            ]),
        Action(
            words: ["edit"], name: "edit", summary: "Change what a message of ours says",
            needs: ["--message-id", "--message"], options: [message, text]),
        Action(
            words: ["delete"], name: "delete", summary: "Delete a message", needs: ["--message-id"],
            options: [message]),
        Action(
            words: ["read"], name: "read", summary: "Print a chat's newest messages",
            options: [
                limit, .value("--before", "id", "Older than this one"),
                .value("--after", "id", "Newer than this one"),
            ]),
        Action(
            words: ["pin"], name: "pin", summary: "Pin a message", needs: ["--message-id"], options: [message]
        ),
        Action(
            words: ["unpin"], name: "unpin", summary: "Unpin a message", needs: ["--message-id"],
            options: [message]),
        Action(words: ["pins"], name: "list-pins", summary: "Print the pinned messages", options: [limit]),
        Action(
            words: ["thread", "create"], name: "thread-create", summary: "Begin a thread",
            needs: ["--thread-name"],
            options: [.value("--thread-name", "text", "What it is called"), message, text]),
        Action(
            words: ["search"], name: "search", summary: "Search a server's messages",
            needs: ["--guild-id", "--query"],
            options: [guild, .value("--query", "text", "What to look for"), limit]),
    ]

    // MARK: Running

    private static func send(_ invocation: Invocation) throws -> ExitCode {
        var params = try placeParams(invocation)
        let files = (invocation.lists["--media"] ?? []).map { JSON.string(absolute($0)) }
        guard invocation["--message"] != nil || !files.isEmpty else {
            throw CommandError("`openclaw message send` needs `--message \"…\"` or `--media`.")
        }
        params["message"] = invocation["--message"].map { .string($0) }
        if !files.isEmpty { params["mediaUrls"] = .array(files) }
        params["replyToId"] = invocation["--reply-to"].map { .string($0) }
        params["buttons"] = try invocation["--buttons"].map { try buttons($0) }
        if invocation.has("--silent") { params["silent"] = true }
        return printed(try call(invocation, "send", params), invocation, as: "Sent")
    }

    private static func buttons(_ text: String) throws -> JSON {
        guard let rows = try? JSON.parse(text), rows.arrayValue != nil else {  // whatever is wrong with it
            throw CommandError(
                "`--buttons` takes JSON, a list of rows: `[[{\"text\":\"Yes\",\"callback_data\":\"yes\"}]]`.")
        }
        return rows
    }

    private static func poll(_ invocation: Invocation) throws -> ExitCode {
        var params = try placeParams(invocation)
        let options = invocation.lists["--poll-option"] ?? []
        guard let question = invocation["--poll-question"], options.count >= 2 else {
            throw CommandError(
                "`openclaw message poll` needs `--poll-question` and `--poll-option` at least twice.")
        }
        params["question"] = .string(question)
        params["options"] = JSON(options)
        if invocation.has("--poll-multi") { params["maxSelections"] = JSON(min(options.count, 12)) }
        params["durationHours"] = invocation["--poll-duration-hours"].flatMap { Int($0) }.map { JSON($0) }
        return printed(try call(invocation, "poll", params), invocation, as: "Poll sent")
    }

    private static func run(_ action: Action, _ invocation: Invocation) throws -> ExitCode {
        if let missing = action.needs.first(where: { invocation[$0] == nil }) {
            let option = action.options.first { $0.name == missing }?.value ?? "value"
            throw CommandError(
                "`openclaw message \(action.words.joined(separator: " "))` needs `\(missing) <\(option)>`.")
        }
        let isInGuild = action.needs.contains("--guild-id")
        var inner = try placeParams(invocation, needsTarget: !isInGuild)
        let channel = try inner["channel"] ?? .string(onlyChannel(invocation))
        inner["channel"] = nil
        inner["accountId"] = nil
        for option in action.options {
            let key = camelCase(option.name)
            if option.value == nil {
                if invocation.has(option.name) { inner[key] = true }
            } else if let value = invocation[option.name] {
                inner[key] = option.range == nil ? .string(value) : Int(value).map { JSON($0) } ?? .null
            }
        }
        var params: JSONObject = [
            "channel": channel, "action": .string(action.name), "params": .object(inner),
        ]
        params["accountId"] = invocation["--account"].map { .string($0) }
        let answer = try call(invocation, "message.action", params)
        if invocation.wantsJSON {
            Terminal.print(answer)
        } else if let messages = (answer["messages"] ?? answer["pins"])?.arrayValue {
            for message in messages { Terminal.print(line(message)) }
        } else if let done = sentence(answer) {
            Terminal.print(done)
        } else {
            Terminal.print(answer)
        }
        return answer["ok"]?.boolValue == false ? .failure : .success
    }

    /// `ok (messageId 7, chatId 5)`, also where the platform shows the whole message; nil for an answer that says more than
    /// that something was done.
    private static func sentence(_ answer: JSON) -> String? {
        guard var members = answer.objectValue, members["ok"] == true else { return nil }
        if let message = members["message"], message.objectValue != nil {
            members["message"] = nil
            members["messageId"] = message["id"]
            members["chatId"] = message["channel_id"]
        }
        let more = members.filter { $0.key != "ok" }
        guard more.allSatisfy({ $0.value.objectValue == nil && $0.value.arrayValue == nil }) else {
            return nil
        }
        let told = more.map { "\($0.key) \($0.value.stringValue ?? $0.value.text)" }
        return told.isEmpty ? "ok" : "ok (\(told.joined(separator: ", ")))"
    }

    private static func line(_ message: JSON) -> String {
        let author = message["author"]?["username"]?.stringValue ?? "?"
        let said = message["content"]?.stringValue ?? ""
        let poll = message["poll"]?["question"]?["text"]?.stringValue.map { "[poll] \($0)" }
        let files =
            message["attachments"]?.arrayValue?.map { "[\($0["filename"]?.stringValue ?? "file")]" } ?? []
        let words = ([said] + [poll].compactMap(\.self) + files).filter { !$0.isEmpty }
        return
            "\(message["timestampUtc"]?.stringValue ?? "") \(message["id"]?.stringValue ?? "") \(author): "
            + words.joined(separator: " ")
    }

    private static func call(
        _ invocation: Invocation, _ method: String, _ params: JSONObject
    ) throws -> JSON {
        var invocation = invocation
        if invocation["--timeout"] == nil { invocation.values["--timeout"] = String(longestMilliseconds) }
        var params = params
        params["idempotencyKey"] = .string(randomUUID())
        return try GatewayClient.connect(invocation).call(method, .object(params))
    }

    private static func printed(_ answer: JSON, _ invocation: Invocation, as verb: String) -> ExitCode {
        if invocation.wantsJSON {
            Terminal.print(answer)
        } else {
            Terminal.print(
                "\(verb) via \(answer["channel"]?.stringValue ?? "?"). Message ID: "
                    + (answer["messageId"]?.stringValue ?? "?"))
        }
        return .success
    }

    // MARK: Parameters

    private static func placeParams(
        _ invocation: Invocation, needsTarget: Bool = true
    ) throws -> JSONObject {
        guard invocation["--target"] != nil || !needsTarget else {
            throw CommandError(
                "Say with `--target` which chat or person is meant: an id, `#channel`, `@name` or `user:<id>`."
            )
        }
        var params: JSONObject = [:]
        params["to"] = invocation["--target"].map { .string($0) }
        params["channel"] = invocation["--channel"].map { .string($0) }
        params["accountId"] = invocation["--account"].map { .string($0) }
        params["threadId"] = invocation["--thread-id"].map { .string($0) }
        return params
    }

    /// Which platform is meant when none is named.
    private static func onlyChannel(_ invocation: Invocation) throws -> String {
        let status = try GatewayClient.connect(invocation).call("channels.status")
        let channels = status["channelOrder"]?.arrayValue?.compactMap(\.stringValue) ?? []
        guard channels.count == 1 else {
            throw CommandError(
                channels.isEmpty
                    ? "No chat platform is set up. `openclaw channels add` sets one up."
                    : "Say with `--channel` which platform is meant: \(channels.joined(separator: ", ")).")
        }
        return channels[0]
    }

    /// Relative paths begin where the command was typed, not where the gateway runs.
    private static func absolute(_ path: String) -> String {
        if path.hasPrefix("/") || OutgoingFile(source: path).isRemote { return path }
        return "\(LocalSetup.workingDirectory)/\(path)"
    }

    private static func camelCase(_ option: String) -> String {
        let words = option.drop { $0 == "-" }.split(separator: "-").map(String.init)
        return words.dropFirst().reduce(words.first ?? "") {
            $0 + $1.prefix(1).uppercased() + $1.dropFirst()
        }
    }
}
