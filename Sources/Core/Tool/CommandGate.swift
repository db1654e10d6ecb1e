/// Decides whether a command may run, and asks a person where the rules say so.
package struct CommandGate: Sendable {
    /// Returns when it is decided; asking may take minutes. Cancelling takes the question back.
    package var decide:
        @MainActor @Sendable (CommandRequest, ToolContext) async throws(CancellationError) -> CommandVerdict

    package init(
        _ decide:
            @escaping @MainActor @Sendable (CommandRequest, ToolContext) async throws(CancellationError) ->
            CommandVerdict
    ) {
        self.decide = decide
    }

    /// Lets every command run.
    package static let open = CommandGate { _, _ throws(CancellationError) in .run }
}

/// What becomes of a command.
package enum CommandVerdict: Sendable, Hashable {
    case run
    /// Why not, for the model to read.
    case refuse(String)
}

/// A command before it runs.
@MainActor
package struct CommandRequest {
    package var command: String
    /// Absolute path of the folder it starts in.
    package var directory: String
    /// The programs that the line starts, in order; nil when that cannot be told with certainty.
    package var programs: () -> [CommandProgram]?

    package init(command: String, directory: String, programs: @escaping () -> [CommandProgram]?) {
        self.command = command
        self.directory = directory
        self.programs = programs
    }
}

/// A program that a command line starts.
package struct CommandProgram: Sendable, Hashable {
    /// As the line names it: `git`, or with a slash `./build.sh`.
    package var name: String
    /// Where that is: absolute, without `.` and `..`; a symbolic link at its end is not followed.
    package var path: String
    /// The same with every symbolic link followed.
    package var realPath: String
    /// Whether it can only read its input here, and write its output: `grep`, `head` without a file.
    package var isHarmless: Bool

    package init(name: String, path: String, realPath: String, isHarmless: Bool) {
        self.name = name
        self.path = path
        self.realPath = realPath
        self.isHarmless = isHarmless
    }
}
