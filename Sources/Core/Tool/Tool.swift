/// One thing the model may do.
@MainActor
package protocol Tool: Sendable {
    var schema: ToolSchema { get }
    /// Whether a call may change the world. One that was cut off by a crash is then not repeated blindly.
    var changesTheWorld: Bool { get }

    /// Runs the call. What went wrong in the doing is a result with `isError`, for the model to read.
    ///
    /// Cancelling the task stops the work and every child process at once.
    func call(_ arguments: JSON, in context: ToolContext) async throws(CancellationError) -> ToolResult
}

/// What a model is told about a tool.
package struct ToolSchema: Sendable, Hashable {
    package var name: String
    package var description: String
    /// A JSON Schema object.
    package var parameters: JSON

    package init(name: String, description: String, parameters: JSON) {
        self.name = name
        self.description = description
        self.parameters = parameters
    }

    /// About what the schema adds to a request.
    package var byteCount: Int { name.utf8.count + description.utf8.count + parameters.text.utf8.count }
}

/// Where and for whom a tool runs.
package struct ToolContext: Sendable {
    /// Absolute path; relative paths in arguments start here and may not leave it.
    package var workspace: String
    package var agent: AgentID
    package var session: SessionKey
    package var run: RunID
    /// The model's own id of the call; some vendors use one more than once.
    package var call = ""
    /// Where the person is that is answered; nil for clients of the gateway.
    package var chat: Chat?
    /// Shows output while the tool still runs.
    package var progress: @MainActor @Sendable (String) -> Void

    package init(
        workspace: String, agent: AgentID, session: SessionKey, run: RunID,
        progress: @escaping @MainActor @Sendable (String) -> Void = { _ in }
    ) {
        self.workspace = workspace
        self.agent = agent
        self.session = session
        self.run = run
        self.progress = progress
    }
}

extension ToolContext {
    /// The chat on a platform that a turn answers.
    package struct Chat: Sendable {
        package var address: Address
        /// The message that is answered.
        package var message: MessageID
        /// The place's title; nil in a direct chat.
        package var title: String?
        /// The bot that was written to; nil where none is known.
        package var bot: String?

        package init(address: Address, message: MessageID, title: String? = nil, bot: String? = nil) {
            self.address = address
            self.message = message
            self.title = title
            self.bot = bot
        }
    }
}

/// What the model reads after a call.
package struct ToolResult: Sendable, Hashable {
    package var content: [Block]
    package var isError: Bool
    package var details: JSON?
    /// A few words for a tool card's title: the path, the command.
    package var summary: String?
    /// What the call has told the chat that is answered: the answer need not say it again.
    package var told: String?

    package init(content: [Block], isError: Bool = false, details: JSON? = nil, summary: String? = nil) {
        self.content = content
        self.isError = isError
        self.details = details
        self.summary = summary
    }

    package init(_ text: String, isError: Bool = false, details: JSON? = nil, summary: String? = nil) {
        self.init(content: [.text(text)], isError: isError, details: details, summary: summary)
    }
}
