import Core
import Gateway

/// `migrate`: one command from the original to here.
@MainActor
enum MigrateCommands {
    static var all: [Command] {
        [
            Command(
                path: ["migrate"], summary: "Take over another OpenClaw installation, which stays as it is",
                options: [
                    .value("--from", "folder", "Its state directory (`~/.openclaw`, or a copy of it)"),
                    .flag("--json", "Print JSON"),
                ], run: migrate)
        ]
    }

    /// As a person at a prompt means it: from where they are.
    private static func place(_ folder: String, _ setup: LocalSetup) -> String {
        let isWhole = folder.hasPrefix("/") || folder == "~" || folder.hasPrefix("~/")
        return isWhole ? setup.expand(folder) : "\(LocalSetup.workingDirectory)/\(folder)"
    }

    private static func migrate(_ invocation: Invocation) async throws -> ExitCode {
        guard let folder = invocation["--from"] else {
            throw CommandError(
                "Name the state directory to take over: `openclaw migrate --from ~/.openclaw`.")
        }
        let setup = LocalSetup(invocation)
        let migration = try Migration(
            from: place(folder, setup), state: setup.state, configPath: setup.configPath,
            home: setup.environment.home)
        let outcome = try await migration.run()
        if invocation.wantsJSON {
            Terminal.print(["steps": JSON(outcome.steps), "problems": JSON(outcome.problems)])
        } else {
            for step in outcome.steps { Terminal.print("ok   \(step)") }
            for problem in outcome.problems { Terminal.print("note \(problem)") }
            Terminal.print("Look it over with `openclaw doctor`, then start: `openclaw gateway`.")
        }
        return .success
    }
}
