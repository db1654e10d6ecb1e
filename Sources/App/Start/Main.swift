import Core
import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@main
struct OpenClaw {
    static func main() {
        openStandardDescriptors()
        signal(SIGPIPE, SIG_IGN)
        EventLoop.install()
        let words = Launcher.words(CommandLine.arguments)
        hideSecretsOnTheCommandLine()
        Task { @MainActor in
            exit(await run(words).rawValue)
        }
        EventLoop.shared.run()
    }

    /// Of those that the process was started without: else what is printed would go into the next thing that is opened.
    private static func openStandardDescriptors() {
        // Each takes the lowest number that is free, which is its own.
        for descriptor: CInt in 0...2 where fcntl(descriptor, F_GETFD) < 0 { _ = open("/dev/null", O_RDWR) }
    }

    /// Anyone on the machine can read a process's arguments: the secrets among them are overwritten once they are read.
    private static func hideSecretsOnTheCommandLine() {
        for index in 1..<max(1, Int(CommandLine.argc)) {
            guard let argument = CommandLine.unsafeArgv[index] else { continue }
            let text = String(cString: argument)
            let option = text.prefix { $0 != "=" }
            let isValue =
                index > 1
                && CommandLine.unsafeArgv[index - 1].map { holdsSecret(String(cString: $0)) } == true
            guard isValue || option.count < text.count && holdsSecret(option) else { continue }
            let start = isValue ? 0 : option.utf8.count + 1
            memset(argument + start, Int32(UInt8(ascii: "x")), strlen(argument) - start)
        }
    }

    private static func holdsSecret(_ option: some StringProtocol) -> Bool {
        option.hasPrefix("--") && ["token", "password", "api-key"].contains { option.hasSuffix($0) }
    }

    @MainActor
    private static func run(_ words: Result<[String], CommandError>) async -> ExitCode {
        do {
            // The list of commands is gone again before one of them runs, perhaps for months.
            switch try CommandParser(commands: CommandCatalog.all).parse(
                try words.get(), environment: .current())
            {
            case .version: Terminal.print("OpenClaw \(Version.text)")
            case .help(let prefix): Terminal.print(Help(commands: CommandCatalog.all).text(for: prefix))
            case .command(let command, let invocation): return try await command.run(invocation)
            }
            return .success
        } catch let error as CommandError {
            Terminal.printError(error.message)
            return error.exitCode
        } catch {
            Terminal.printError("\(error)")
            return .failure
        }
    }
}

/// The words a person typed, also when the program was called as `node dist/index.js …`, as deployments of the original do.
enum Launcher {
    /// Scripts of the original that this program stands in for.
    private static let knownScripts = ["dist/index.js", "dist/entry.js", "openclaw.mjs", "moltbot.mjs"]

    static func words(_ arguments: [String]) -> Result<[String], CommandError> {
        let name = arguments.first?.split(separator: "/").last.map(String.init) ?? ""
        var words = Array(arguments.dropFirst())
        guard name == "node" else { return .success(words) }
        if words == ["--version"] || words == ["-v"] { return .success(["--version"]) }
        if words.count == 2, ["-e", "--eval"].contains(words[0]), let address = healthAddress(in: words[1]) {
            return .success(["health", "--live", address])
        }
        // Settings of an engine that is not here.
        words.removeFirst(words.prefix { $0.hasPrefix("--") }.count)
        guard let script = words.first,
            knownScripts.contains(where: { script == $0 || script.hasSuffix("/" + $0) })
        else {
            return .failure(
                CommandError(
                    "This `node` only starts the gateway: `node dist/index.js gateway …`. It cannot run "
                        + "`\(words.first ?? "")`."))
        }
        return .success(Array(words.dropFirst()))
    }

    /// Images and compose files of the original check the gateway with a line of JavaScript that fetches such an address.
    private static func healthAddress(in script: String) -> String? {
        guard
            let start = ["http://127.0.0.1", "http://localhost"].compactMap({ script.firstRange(of: $0) })
                .first
        else {
            return nil
        }
        let address = script[start.lowerBound...].prefix { !"'\"` ".contains($0) }
        return ["/health", "/ready", "/startupz"].contains { address.contains($0) } ? String(address) : nil
    }
}
