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
        guard !setup.snapshot.exists else {
            if invocation.wantsJSON {
                Terminal.print(["config": .string(setup.configPath), "existed": true])
            } else {
                Terminal.print("There is a config file already: \(setup.configPath)")
            }
            return .success
        }
        let file = try setup.changeableFile()
        do throws(FileError) {
            try PrivateFile.makeFolder(setup.state)
            try file.backUp()
        } catch {
            throw CommandError("\(error)")
        }
        let hasToken = invocation.environment["OPENCLAW_GATEWAY_TOKEN"] != nil
        try write(text(token: hasToken ? nil : SecureRandom.token()), to: setup.configPath)
        if invocation.wantsJSON {
            Terminal.print(["config": .string(setup.configPath)])
        } else {
            Terminal.print(
                "Wrote \(setup.configPath). Start the gateway with `openclaw gateway`; `openclaw onboard` "
                    + "sets up the rest.")
        }
        return .success
    }

    private static func text(token: String?) -> String {
        let auth = token.map { ",\n    auth: { mode: \"token\", token: \"\($0)\" }" } ?? ""
        return "{\n  gateway: {\n    mode: \"local\"\(auth),\n  },\n}\n"
    }

    /// Never over an existing file, and for nobody else to read.
    private static func write(_ text: String, to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandError("`\(path)` cannot be written: \(String(cString: strerror(errno))).")
        }
        defer { close(descriptor) }
        writeAll(Array(text.utf8), to: descriptor)
        fsync(descriptor)
    }
}
