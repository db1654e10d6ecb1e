package import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Decides for the `exec` tool whether a command may run: by the rules, or by asking.
@MainActor
package final class CommandApprover {
    private let desk: ApprovalDesk
    private let file: ApprovalsFile
    private let switchboard: Switchboard
    private let log: Log

    package init(desk: ApprovalDesk, file: ApprovalsFile, switchboard: Switchboard, log: Log) {
        self.desk = desk
        self.file = file
        self.switchboard = switchboard
        self.log = log
    }

    /// The way in for the tool.
    package var gate: CommandGate {
        CommandGate { [self] request, context async throws(CancellationError) in
            do throws(Refusal) {
                try await decide(request, context)
                return .run
            } catch {
                if Task.isCancelled { throw CancellationError() }
                return .refuse(error.reason)
            }
        }
    }

    /// Why a command does not run, in words for the model and whoever it tells.
    private struct Refusal: Error {
        let reason: String
        init(_ reason: String) { self.reason = reason }
    }

    private func decide(_ request: CommandRequest, _ context: ToolContext) async throws(Refusal) {
        let policy = try policy(of: context.agent)
        let needsPrograms = policy.security == .allowlist || policy.fallback == .allowlist
        let programs = needsPrograms ? request.programs() : nil
        let changeable = programs?.first { mayBeChanged($0) }
        let entries = changeable == nil ? programs.flatMap { file.entries(for: $0, in: policy) } : nil
        let isListed = policy.security == .full || entries != nil
        guard policy.ask == .always || policy.ask == .onMiss && !isListed else {
            guard isListed else { throw Refusal(Self.miss(programs == nil, changeable, context.agent)) }
            note(entries ?? [], context.agent, request.command)
            return
        }
        let answer = try await ask(request, programs, changeable, policy, context)
        // Who decides takes time, and the rules may have changed meanwhile.
        _ = try self.policy(of: context.agent)
        switch answer {
        case .allowOnce: break
        case .allowAlways: remember(programs ?? [], policy, context.agent, request.command)
        case nil where policy.fallback == .full || policy.fallback == .allowlist && entries != nil:
            note(entries ?? [], context.agent, request.command)
        case nil, .deny: throw Refusal("Nobody allowed the command, so it did not run.")
        }
    }

    private func policy(of agent: AgentID) throws(Refusal) -> ExecPolicy {
        let wish = switchboard.settings.profile(agent)?.exec ?? ExecWish()
        let policy: ExecPolicy
        do throws(ApprovalsFileError) { policy = try file.policy(of: agent, wish) } catch {
            log.error("no command runs: \(error)")
            throw Refusal("No command runs, because what may run cannot be read: \(error)")
        }
        guard policy.security != .deny else {
            throw Refusal(
                "Commands are denied: `security` is `deny` in `tools.exec` of the config or in `\(file.path)`."
            )
        }
        return policy
    }

    /// Whether an agent's file tools can write the program: then what is allowed once may be another program the next time.
    private func mayBeChanged(_ program: CommandProgram) -> Bool {
        let settings = switchboard.settings
        guard settings.fileToolsStayInWorkspace else {
            let path = program.realPath
            return access(path, W_OK) == 0 || access(FilePath.folder(of: path), W_OK) == 0
        }
        let workspaces = settings.agents.compactMap { RealPath.of($0.workspace) }
        // A link can be changed as well as the file it leads to.
        return [program.path, program.realPath].contains { path in
            workspaces.contains { RealPath.isInside(path, $0) }
        }
    }

    private static func changes(_ program: CommandProgram) -> String {
        "The assistant can change `\(program.name)` itself, so it is allowed only once at a time."
    }

    private static func miss(_ isUnclear: Bool, _ changeable: CommandProgram?, _ agent: AgentID) -> String {
        if let changeable {
            return changes(changeable) + " Nobody is asked, because `tools.exec.ask` is `off`."
        }
        return
            (isUnclear
            ? "What this command line starts cannot be told with certainty (variables, substitution, redirection, "
                + "shells), so it is not on the allowlist. "
            : "The command is not on the allowlist. ")
            + "Nobody is asked, because `tools.exec.ask` is `off`. To allow a program: `openclaw approvals allowlist add "
            + "<path> --agent \(agent)`."
    }

    // MARK: Asking

    /// The answer; nil when there was none and `askFallback` has to decide.
    private func ask(
        _ request: CommandRequest, _ programs: [CommandProgram]?, _ changeable: CommandProgram?,
        _ policy: ExecPolicy, _ context: ToolContext
    ) async throws(Refusal) -> ApprovalDecision? {
        var wanted = ApprovalRequest(command: request.command)
        wanted.directory = request.directory
        wanted.host = "gateway"
        wanted.security = policy.security.rawValue
        wanted.ask = policy.ask.rawValue
        wanted.agent = context.agent.rawValue
        wanted.resolvedPath = programs?.first?.path
        wanted.programCount = programs?.count
        if programs == nil { wanted.warning = "What this line starts cannot be told with certainty." }
        if let changeable { wanted.warning = Self.changes(changeable) }
        wanted.session = context.session.rawValue
        wanted.run = context.run
        wanted.call = context.call
        wanted.chat = context.chat?.address
        wanted.bot = context.chat?.bot
        wanted.canBeRemembered = policy.ask == .onMiss && programs != nil && changeable == nil
        let live = switchboard.book.active[context.run]
        // The person's time is not the run's.
        live?.isAsking = true
        defer { live?.isAsking = false }
        context.progress("Waiting for approval …")
        let asked: (approval: Approval, outcome: ApprovalOutcome)
        do throws(ApprovalError) { asked = try await desk.ask(wanted) } catch {
            throw Refusal("The command did not run: too many commands wait for approval already.")
        }
        return try answer(asked.outcome, asked.approval, policy, context)
    }

    private func answer(
        _ outcome: ApprovalOutcome, _ approval: Approval, _ policy: ExecPolicy, _ context: ToolContext
    ) throws(Refusal) -> ApprovalDecision? {
        switch outcome {
        case .decided(.deny, let name):
            tell(.deny, name, approval)
            throw Refusal(
                "\(name ?? "A person") denied this command. Do not try it again or around it; ask what to do instead."
            )
        case .decided(let decision, let name):
            tell(decision, name, approval)
            return decision
        case .withdrawn: throw Refusal("The run was stopped before anybody decided.")
        case .expired, .noRoute:
            log.info(
                outcome == .expired
                    ? "nobody decided about a command in time" : "nobody can be asked about a command",
                ["approval.id": approval.id, "agent": context.agent.rawValue])
            guard policy.fallback == .deny else { return nil }
            throw Refusal(outcome == .expired ? Self.expired : Self.noRoute(context.chat?.address.channel))
        }
    }

    private func tell(_ decision: ApprovalDecision, _ name: String?, _ approval: Approval) {
        log.info(
            "somebody decided about a command: \(decision.rawValue)",
            ["approval.id": approval.id, "by": name ?? "", "agent": approval.request.agent ?? ""])
    }

    private static let expired =
        "Nobody decided about the command within \(ApprovalDesk.patience.text), so it did not run (`askFallback` is `deny`)."

    private static func noRoute(_ channel: ChannelID?) -> String {
        let place =
            channel.map {
                "`channels.\($0).execApprovals.approvers` names who is asked on \($0); `approvals.exec` sends the question "
                    + "to other chats. Or open the Control UI and try again."
            } ?? "Open the Control UI, or set `approvals.exec` so that a chat is asked, and try again."
        return
            "The command needs a person's approval and nobody can be asked or reached, so it did not run. \(place)"
    }

    // MARK: Remembering

    private func remember(
        _ programs: [CommandProgram], _ policy: ExecPolicy, _ agent: AgentID, _ command: String
    ) {
        let new = programs.filter { !$0.isHarmless && file.entries(for: [$0], in: policy) == nil }
        writing {
            try file.allow(
                new.map(\.path), for: agent.rawValue, command: command.head(bytes: 500))
        }
    }

    private func note(_ entries: [AllowedProgram], _ agent: AgentID, _ command: String) {
        writing { try file.note(entries, for: agent, command) }
    }

    /// The command may run whether or not it can be written down.
    private func writing(_ work: () throws -> Void) {
        do { try work() } catch { log.warning("the approvals file could not be written: \(error)") }
    }
}
