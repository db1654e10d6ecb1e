import Core
import Gateway

/// `config …`: reads and changes the file, with the smallest change that does it.
@MainActor
enum ConfigCommands {
    static var all: [Command] {
        [
            Command(
                path: ["config", "get"], summary: "Print a value, secrets masked", arguments: ["[path]"],
                options: [json],
                run: get),
            Command(
                path: ["config", "set"], summary: "Change one value; comments and order stay",
                arguments: ["<path>", "<value>"], options: [json], run: set),
            Command(
                path: ["config", "unset"], summary: "Take one value away", arguments: ["<path>"],
                options: [json],
                run: unset),
            Command(path: ["config", "validate"], summary: "Check the file", options: [json], run: validate),
            Command(
                path: ["config", "file"], summary: "Print where the file is",
                run: { invocation in
                    Terminal.print(LocalSetup(invocation).configPath)
                    return .success
                }),
            Command(
                path: ["config", "schema"], summary: "Print the JSON Schema of the file",
                run: { _ in
                    Terminal.print(ConfigSchema.schema)
                    return .success
                }),
        ]
    }

    private static let json = Command.Option.flag("--json", "Print JSON")

    private static func path(_ invocation: Invocation) throws -> ConfigPath {
        guard let text = invocation.arguments.first else { return .root }
        guard let path = ConfigPath(text) else {
            throw CommandError(
                "`\(text)` is not a config path. Write it as `gateway.port` or `agents.list[0].id`.")
        }
        return path
    }

    private static func get(_ invocation: Invocation) throws -> ExitCode {
        let setup = LocalSetup(invocation)
        let path = try path(invocation)
        try checkReadable(setup)
        let shown = ConfigRedaction.redacted(setup.file.snapshot.file.assembled)
        guard let value = path == .root ? shown : shown[path] else {
            throw CommandError(
                "Config path not found: \(path). Run `openclaw config schema` to see what there is.")
        }
        switch value {
        case .string(let text) where !invocation.wantsJSON: Terminal.print(text)
        default: Terminal.print(value)
        }
        return .success
    }

    /// A file that cannot be read has values that nobody can tell.
    private static func checkReadable(_ setup: LocalSetup) throws {
        if let reason = setup.refusal?.reason { throw CommandError(reason) }
        let file = setup.file.snapshot.file
        guard file.document == nil, !file.issues.isEmpty else { return }
        throw CommandError(
            "Config invalid: \(setup.configPath)" + file.issues.map { "\n- \($0)" }.joined())
    }

    /// The whole file is nothing to set or take away: an empty path is mostly a shell variable that is not set.
    private static func pathWithin(_ invocation: Invocation) throws -> ConfigPath {
        let path = try path(invocation)
        guard path != .root else {
            throw CommandError("The path is empty. Write it as `gateway.port` or `agents.list[0].id`.")
        }
        return path
    }

    private static func set(_ invocation: Invocation) async throws -> ExitCode {
        let path = try pathWithin(invocation)
        let text = invocation.arguments[1]
        // What is not JSON5 is the text itself: `config set logging.level debug`.
        let value = (try? JSON.parseJSON5(text, limits: ConfigLoader.limits).value) ?? .string(text)
        return try await set(value, at: path, invocation)
    }

    static func set(_ value: JSON, at path: ConfigPath, _ invocation: Invocation) async throws -> ExitCode {
        let file = try LocalSetup(invocation).changeableFile()
        return try await change(invocation, file, path) { () throws(ConfigWriteError) in
            try await file.set(value, at: path)
        }
    }

    private static func unset(_ invocation: Invocation) async throws -> ExitCode {
        let file = try LocalSetup(invocation).changeableFile()
        let path = try pathWithin(invocation)
        return try await change(invocation, file, path) { () throws(ConfigWriteError) in
            try await file.unset(path)
        }
    }

    private static func change(
        _ invocation: Invocation, _ file: ConfigFile, _ path: ConfigPath,
        _ write: () async throws(ConfigWriteError) -> [ConfigPath]
    ) async throws -> ExitCode {
        do throws(ConfigWriteError) {
            let changed = try await write()
            let remaining = file.snapshot.file.issues.count + file.snapshot.file.quarantined.count
            if invocation.wantsJSON {
                Terminal.print(["changed": JSON(changed.map(\.description))])
            } else {
                Terminal.print(changed.isEmpty ? "\(path) is so already." : "Updated \(path).")
            }
            if remaining > 0 {
                let mistakes = remaining == 1 ? "1 mistake is" : "\(remaining) mistakes are"
                Terminal.printError("\(mistakes) left in the file; `openclaw config validate` lists them.")
            }
            return .success
        } catch {
            let lines = error.issues.map { "\n- \($0)" }.joined()
            throw CommandError("\(path) was not changed: \(error.message)\(lines)")
        }
    }

    private static func validate(_ invocation: Invocation) throws -> ExitCode {
        let setup = LocalSetup(invocation)
        let file = setup.file.snapshot.file
        // Not what it says, but that nobody can tell what it says.
        let reason = setup.refusal?.reason ?? setup.absence ?? setup.whatAStartTakes
        let mistakes =
            file.issues + file.quarantined
            + [reason].compactMap { $0.map { ConfigIssue(path: .root, message: $0) } }
        if invocation.wantsJSON {
            Terminal.print([
                "valid": .bool(mistakes.isEmpty), "path": .string(setup.configPath),
                "issues": .array(mistakes.map(\.json)),
                "warnings": .array(file.notes.map(\.json)),
            ])
            return mistakes.isEmpty ? .success : .failure
        }
        if let reason {
            Terminal.printError(reason)
        } else if mistakes.isEmpty {
            Terminal.print(
                setup.snapshot.exists
                    ? "Config valid: \(setup.configPath)"
                    : "No config file at \(setup.configPath); defaults hold.")
        } else {
            Terminal.printError("Config invalid: \(setup.configPath)")
            for issue in mistakes { Terminal.printError("- \(issue)") }
        }
        for note in file.notes { Terminal.printError("Note: \(note)") }
        return mistakes.isEmpty ? .success : .failure
    }
}
