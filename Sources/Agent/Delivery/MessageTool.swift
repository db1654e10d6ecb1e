package import Core

/// The agent's hand on the chat platforms: writes to other chats, reacts, edits, polls, and what else a platform offers.
package struct MessageTool: Tool {
    let desk: MessageDesk
    /// Whether files must be in the workspace (`tools.fs.workspaceOnly`).
    let staysInside: Bool
    let rules: @MainActor @Sendable (AgentID) -> MessageRules
    package let changesTheWorld = true

    package init(
        desk: MessageDesk, staysInside: Bool, rules: @escaping @MainActor @Sendable (AgentID) -> MessageRules
    ) {
        self.desk = desk
        self.staysInside = staysInside
        self.rules = rules
    }

    package let schema = ToolSchema(
        name: "message",
        description:
            "Send a message to a chat or person on a chat platform, or react, edit, delete, read, poll, pin, unpin, "
            + "thread-create, search and what else the platform offers. Without `target` it is about the chat you are in. "
            + "To answer there, just answer; if you send your answer there with this tool, end with \(ReplyDirectives.silence).",
        parameters: [
            "type": "object", "required": ["action"],
            "properties": .object(
                JSONObject(
                    Self.members.map { name, type, description in
                        var member: JSONObject = ["type": .string(type)]
                        if type == "array" { member["items"] = ["type": "string"] }
                        if !description.isEmpty { member["description"] = .string(description) }
                        return (name, .object(member))
                    })),
        ])

    private static let members: [(String, String, String)] = [
        ("action", "string", "send, react, edit, …"),
        ("channel", "string", "Platform: discord, telegram, …"), ("accountId", "string", ""),
        ("target", "string", "Chat or person: an id, #channel, @name, user:id"),
        ("message", "string", "Text, also the new one of an edit"),
        ("media", "string", "File in the workspace, or https address"), ("silent", "boolean", ""),
        ("replyTo", "string", "Id of the message it answers"), ("threadId", "string", ""),
        ("messageId", "string", "Message to react to, edit, delete, pin; from the chat"),
        ("emoji", "string", ""), ("remove", "boolean", "Take the reaction away"), ("limit", "integer", ""),
        ("before", "string", ""), ("after", "string", ""), ("pollQuestion", "string", ""),
        ("pollOption", "array", ""), ("pollMulti", "boolean", ""), ("pollDurationHours", "integer", ""),
        ("threadName", "string", ""), ("guildId", "string", ""), ("userId", "string", ""),
        ("query", "string", "What to search for"),
        ("buttons", "array", "Choices below the message; a press is as if its person wrote it"),
    ]

    package func call(
        _ arguments: JSON, in context: ToolContext
    ) async throws(CancellationError) -> ToolResult {
        guard let action = arguments["action"]?.stringValue, !action.isEmpty else {
            return ToolResult("`action` is missing.", isError: true)
        }
        do throws(MessageRefusal) {
            var order = MessageOrder(
                action: action, params: arguments.objectValue ?? [:],
                channel: arguments["channel"]?.stringValue.map { ChannelID($0.lowercased()) },
                account: arguments["accountId"]?.stringValue,
                key: "\(Self.orders(of: context.run))\(context.call):\(Timestamp.now.milliseconds)",
                agent: MessageOrder.Agent(chat: context.chat, rules: rules(context.agent)))
            try order.placeFiles { source throws(MessageRefusal) in try file(source, context.workspace) }
            return Self.result(try await desk.carryOut(order), action)
        } catch {
            if Task.isCancelled { throw CancellationError() }
            var result = ToolResult(error.reason, isError: true, summary: action)
            result.told = error.told
            return result
        }
    }

    /// What the keys of a turn's orders begin with.
    static func orders(of run: RunID) -> String { "\(run):" }

    private static func result(_ receipt: MessageReceipt, _ action: String) -> ToolResult {
        var text = receipt.json.text
        if receipt.told != nil {
            text +=
                "\nIt is in the chat you are in. End with \(ReplyDirectives.silence) unless you have more to say."
        }
        var result = ToolResult(
            text, isError: receipt.json["ok"]?.boolValue == false, details: receipt.json, summary: action)
        result.told = receipt.told
        return result
    }

    /// Absolute, or an address.
    private func file(_ source: String, _ workspace: String) throws(MessageRefusal) -> String {
        if OutgoingFile(source: source).isRemote { return source }
        if let path = SendableFile.resolve(source, in: workspace) { return path }
        guard !staysInside else {
            throw .invalid(
                "`\(source)` is no file in the workspace. `tools.fs.workspaceOnly: false` would allow others."
            )
        }
        return source.hasPrefix("/") ? source : "\(workspace)/\(source)"
    }
}
