import Core
import Gateway
import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `setup`: writes a first config file where there is none.
@MainActor
enum SetupCommands {
    static var all: [Command] {
        [
            Command(
                path: ["setup"], summary: "Write a first config file, with a new token unless one is set",
                options: [
                    .flag("--wizard", "Ask for everything: the same as `openclaw onboard`"),
                    .flag("--json", "Print JSON"),
                ], run: setup)
        ]
    }

    private static func setup(_ invocation: Invocation) async throws -> ExitCode {
        guard !invocation.has("--wizard") else { return try await Onboarding(invocation).run() }
        let setup = LocalSetup(invocation)
        guard !setup.snapshot.exists else { return tellExisting(setup, invocation) }
        let file = try setup.changeableFile()
        let hasToken = invocation.environment["OPENCLAW_GATEWAY_TOKEN"] != nil
        let text = text(token: hasToken ? nil : SecureRandom.token())
        do throws(FileError) {
            try PrivateFile.makeFolder(setup.state)
            try file.backUp()
            let isNew = try PrivateFile.create(Array(text.utf8), at: setup.configPath)
            guard isNew else { return tellExisting(setup, invocation) }
        } catch {
            throw CommandError("\(error)")
        }
        if invocation.wantsJSON {
            Terminal.print(["config": .string(setup.configPath)])
        } else {
            Terminal.print(
                "Wrote \(setup.configPath). Start the gateway with `openclaw gateway`; `openclaw onboard` "
                    + "sets up the rest.")
        }
        return .success
    }

    private static func tellExisting(_ setup: LocalSetup, _ invocation: Invocation) -> ExitCode {
        if invocation.wantsJSON {
            Terminal.print(["config": .string(setup.configPath), "existed": true])
        } else {
            Terminal.print("There is a config file already: \(setup.configPath)")
        }
        return .success
    }

    private static func text(token: String?) -> String {
        let auth = token.map { ",\n    auth: { mode: \"token\", token: \"\($0)\" }" } ?? ""
        return "{\n  gateway: {\n    mode: \"local\"\(auth),\n  },\n}\n"
    }
}
