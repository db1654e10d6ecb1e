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
                    .flag("--damaged", "Of a damaged database, take what can be read"),
                    .flag("--json", "Print JSON"),
                ], run: migrate)
        ]
    }

    private static func migrate(_ invocation: Invocation) async throws -> ExitCode {
        guard let folder = invocation["--from"] else {
            throw CommandError(
                "Name the state directory to take over: `openclaw migrate --from ~/.openclaw`.")
        }
        let setup = LocalSetup(invocation)
        let migration = try Migration(
            from: setup.place(folder), state: setup.state, configPath: setup.configPath,
            environment: invocation.environment, takesDamaged: invocation.has("--damaged"))
        let outcome = try await migration.run()
        if invocation.wantsJSON {
            Terminal.print([
                "steps": JSON(outcome.steps), "problems": JSON(outcome.problems),
                "failures": JSON(outcome.failures),
            ])
        } else {
            for step in outcome.steps { Terminal.print("ok   \(step)") }
            for problem in outcome.problems { Terminal.print("note \(problem)") }
            for failure in outcome.failures { Terminal.print("BAD  \(failure)") }
            Terminal.print(
                outcome.failures.isEmpty
                    ? "Look it over with `openclaw doctor`, then start: `openclaw gateway`."
                    : "What is behind `BAD` did not come. Mend it and run the same command again: it takes up what is "
                        + "missing.")
        }
        return outcome.failures.isEmpty ? .success : .failure
    }
}
