import Core
import Gateway

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Signals to the gateway that runs on this machine and state directory.
@MainActor
struct GatewayControl {
    private let setup: LocalSetup
    private let pid: pid_t

    /// A gateway is done within 5 seconds.
    private static let patience = Duration.seconds(6)

    init(_ setup: LocalSetup) throws(CommandError) {
        let state = GatewayLock.state(stateDirectory: setup.state, configPath: setup.configPath)
        guard case .held(let pid) = state else {
            throw CommandError("No gateway runs on `\(setup.state)`. Start it with `openclaw gateway`.")
        }
        guard let pid = pid.flatMap({ pid_t(exactly: $0) }), pid > 0 else {
            throw CommandError(
                "A gateway runs on `\(setup.state)`, and is none of the processes here: in another container, for example. "
                    + "Run this there, such as with `docker compose exec SERVICE openclaw …`.")
        }
        self.setup = setup
        self.pid = pid
    }

    func restart() throws(CommandError) {
        guard setup.config.commands.restart else {
            throw CommandError(
                "The gateway does not restart at a signal: set `commands.restart` to true first, with "
                    + "`openclaw config set commands.restart true`.")
        }
        try send(SIGUSR1)
        Terminal.print("The gateway (pid \(pid)) restarts.")
    }

    func stop() async throws {
        if let keeper { throw CommandError("The gateway was not stopped: \(keeper)") }
        try send(SIGTERM)
        let deadline = ContinuousClock.now + Self.patience
        while isRunning, ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(50)) }
        guard !isRunning else {
            throw CommandError("The gateway (pid \(pid)) was told to stop, and has not yet.")
        }
        Terminal.print("The gateway (pid \(pid)) has stopped.")
    }

    private func send(_ signal: CInt) throws(CommandError) {
        guard kill(pid, signal) != 0 else { return }
        throw CommandError("The gateway (pid \(pid)) cannot be told: \(String(cString: strerror(errno))).")
    }

    private var isRunning: Bool {
        let state = GatewayLock.state(stateDirectory: setup.state, configPath: setup.configPath)
        // While it ends it has closed its database already.
        return state == .held(pid: Int(pid)) || state == .held(pid: nil)
    }

    /// What would end with it, or start it again, and how to stop that; nil when nothing does.
    private var keeper: String? {
        if setup.platform.ends(with: Int(pid)) { return setup.platform.stopAdvice(pid: Int(pid)) }
        return unit.map {
            "systemd keeps it running as `\($0)`. Run `systemctl stop \($0)` (with `--user` for one of yours)."
        }
    }

    /// The service of systemd that the process belongs to, by its control group; nil for what a service such as cron has
    /// started.
    private var unit: String? {
        guard let parent = Platform.parent(of: Int(pid)), Self.name(of: parent) == "systemd" else {
            return nil
        }
        // A system without that table has no such services.
        let table = (try? PrivateFile.read("/proc/\(pid)/cgroup", limit: 1 << 16)) ?? nil
        return String(decoding: table ?? [], as: UTF8.self).split(separator: "\n").lazy.compactMap { line in
            line.split(separator: "/").last.map(String.init)
        }.first { $0.hasSuffix(".service") && !$0.hasPrefix("user@") }
    }

    private static func name(of pid: Int) -> String {
        // A process that is gone has no name.
        let name = (try? PrivateFile.read("/proc/\(pid)/comm", limit: 1 << 12)) ?? nil
        return String(String(decoding: name ?? [], as: UTF8.self).trimmed)
    }
}

extension Platform {
    /// Whether what the gateway runs in ends with that process.
    func ends(with pid: Int?) -> Bool {
        if flyApp != nil { return true }
        guard isContainer, let pid else { return false }
        return pid == 1 || Self.parent(of: pid) == 1
    }

    /// How to stop the gateway without ending what the caller sits in.
    func stopAdvice(pid: Int?) -> String {
        if let flyApp {
            return "The machine ends with it: let it run something else meanwhile, with `fly machine update "
                + "\(flyMachine ?? "MACHINE") --command \"sleep infinity\" --skip-health-checks -y -a \(flyApp)`."
        }
        if ends(with: pid) {
            return
                "Its container ends with it: stop that, or start it with another command, such as `sleep infinity`."
        }
        return pid.map { "Stop it with `kill \($0)`." } ?? "Stop it."
    }

    /// By the second field behind the name, which is in parentheses and may hold anything.
    fileprivate static func parent(of pid: Int) -> Int? {
        // A process that is gone has no parent.
        let line = (try? PrivateFile.read("/proc/\(pid)/stat", limit: 1 << 12)) ?? nil
        let text = String(decoding: line ?? [], as: UTF8.self)
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        return fields.count > 1 ? Int(fields[1]) : nil
    }
}
