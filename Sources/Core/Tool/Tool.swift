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
}

/// Where and for whom a tool runs.
package struct ToolContext: Sendable {
    /// Absolute path; relative paths in arguments start here and may not leave it.
    package var workspace: String
    package var agent: AgentID
    package var session: SessionKey
    package var run: RunID
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

/// What the model reads after a call.
package struct ToolResult: Sendable, Hashable {
    package var content: [Block]
    package var isError: Bool
    package var details: JSON?
    /// A few words for a tool card's title: the path, the command.
    package var summary: String?

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
