import Core
import Store

/// One use of a command, and what of the house it may look at.
@MainActor
struct CommandCall {
    let arguments: String
    @Boxed var message: InboundMessage
    @Boxed var profile: AgentProfile
    @Boxed var settings: AgentSettings
    let stores: Stores
    let directory: ModelDirectory
    let tools: ToolBox
    let workspaces: Workspaces
    let facts: HouseFacts
    /// Nil: no chat platform can be set up.
    let pairing: PairingDesk?
    /// Nil: no command waits for approval here.
    let approvals: ApprovalDesk?
    /// Nil: no chat platform can be set up.
    let chatApprovals: ChatApprovals?
    /// Runs and waiting messages of this session.
    let activity: (running: Int, queued: Int)

    var session: SessionKey { message.session }

    /// The session's entry, or what it would be made with.
    func entry() async throws -> SessionEntry {
        try await stores.sessions.entry(session) ?? SessionEntry(key: session)
    }

    /// What a message without a wish of its own would ask here.
    func choice(_ entry: SessionEntry) -> ModelChoice {
        var options = TurnOptions()
        options.model = message.options.model
        return ModelChoice(
            profile: profile, entry: entry, options: options, hasImages: false, directory: directory)
    }

    /// The first word, in lower case.
    var word: String { arguments.firstWord }

    /// What follows the first word.
    var rest: String { arguments.behindFirstWord }
}
