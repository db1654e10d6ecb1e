import Core

/// Runs a shell command.
struct RunCommand: Tool {
    let settings: ToolSettings
    /// Asked before every command.
    var gate = CommandGate.open
    let changesTheWorld = true

    /// Longest command line; the system's own limit is not much above.
    static let mostCommandBytes = 100_000

    let schema = ToolSchema(
        name: "exec",
        description: """
            Run a shell command with /bin/sh and get its output. It starts in the workspace and has no input; what it \
            leaves in the background is ended with it.
            """,
        parameters: .schema(
            required: ["command"],
            [
                ("command", "string", "Shell command"),
                ("workdir", "string", "Folder to run in, relative to the workspace"),
                ("timeout", "integer", "Seconds until it is ended"),
            ]))

    func call(_ arguments: JSON, in context: ToolContext) async throws(CancellationError) -> ToolResult {
        try await answering {
            let arguments = ToolArguments(arguments)
            let command = try arguments.text("command", "cmd")
            guard !command.isEmpty, !command.utf8.contains(0), command.utf8.count <= Self.mostCommandBytes
            else {
                throw ToolFailure(
                    "`command` is empty, longer than \(Self.mostCommandBytes) bytes, or holds a zero byte.")
            }
            let directory = try directory(arguments, context)
            let longest = Int(settings.execTimeout.components.seconds)
            let timeout =
                try arguments.number("timeout", in: 1...Int(Int32.max)).map { min($0, longest) } ?? longest
            let environment = ChildEnvironment.make(path: settings.path)
            let request = CommandRequest(command: command, directory: directory) {
                ProgramFinder(directory: directory, environment: environment).programs(of: command)
            }
            if case .refuse(let reason) = try await gate.decide(request, context) {
                throw ToolFailure(reason)
            }
            var order = Subprocess.Order(
                ["/bin/sh", "-c", "--", command], environment: environment, directory: directory,
                timeout: .seconds(timeout))
            order.limits = settings.limits
            let end = try await Subprocess.run(order, progress: context.progress)
            return CommandReport(command: command, directory: directory, timeout: timeout, end: end).result
        }
    }

    private func directory(_ arguments: ToolArguments, _ context: ToolContext) throws(ToolFailure) -> String {
        try WorkspacePath(
            arguments.optionalText("workdir") ?? ".", workspace: context.workspace,
            staysInside: settings.workspaceOnly
        ).absolute
    }
}
