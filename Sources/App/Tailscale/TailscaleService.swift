import Core
import Tools

/// Has Tailscale bring others to the gateway, and takes that back where it is wished.
///
/// The program `tailscale` keeps what it was told over its own restarts, so it is told once.
final class TailscaleService: Service {
    private let plan: TailscalePlan
    private let port: Int
    private let log: Log
    /// Also while Tailscale is being told, and when that was cut off.
    private var mayBeOn = false

    /// What asks a person something says where to answer, and waits; what it has said by then is told.
    private static let patience = Duration.seconds(15)
    /// A gateway that ends has less.
    private static let lastPatience = Duration.seconds(2)
    /// Tailscale may start later than the gateway, or be logged in later.
    private var pauses = Backoff(first: .seconds(5), longest: .seconds(300))

    private init(_ plan: TailscalePlan, port: Int, log: Log) {
        self.plan = plan
        self.port = port
        self.log = log
    }

    /// None where Tailscale is left alone.
    static func all(_ plan: TailscalePlan, port: Int, log: Log) -> [any Service] {
        plan.mode == .off ? [] : [TailscaleService(plan, port: port, log: log)]
    }

    func run() async {
        var told = ""
        while let problem = await turnOn() {
            if problem != told { log.warning("\(plan.mode.rawValue) failed: \(problem)") }
            told = problem
            do { try await Task.sleep(for: pauses.next()) } catch { return }  // cancelled: the gateway ends
        }
    }

    func stop() async {
        guard mayBeOn, plan.resetsOnExit else { return }
        if let problem = await tailscale([plan.mode.rawValue, "reset"], within: Self.lastPatience).problem {
            log.warning("\(plan.mode.rawValue) reset failed: \(problem)")
        }
    }

    /// Nil when Tailscale has taken it up; else what is in the way.
    private func turnOn() async -> String? {
        let arguments = [plan.mode.rawValue, "--bg", "--yes", "\(port)"]
        mayBeOn = true
        let answer = await tailscale(arguments, within: Self.patience)
        if let problem = answer.problem {
            mayBeOn = !answer.isWhole
            return problem
        }
        if let name = await ownName() {
            log.info("\(plan.mode.rawValue) enabled: https://\(name)/ (WS via wss://\(name))")
        } else {
            log.info("\(plan.mode.rawValue) enabled; `tailscale \(plan.mode.rawValue) status` says where")
        }
        return nil
    }

    /// The machine's name in the tailnet.
    private func ownName() async -> String? {
        let answer = await tailscale(["status", "--json", "--peers=false"], within: Self.patience)
        // A warning may stand around it; without the name the gateway works all the same.
        guard answer.problem == nil, let start = answer.output.firstIndex(of: "{"),
            let end = answer.output[start...].lastIndex(of: "}"),
            let status = try? JSON.parse(String(answer.output[start...end])),
            let name = status["Self"]?["DNSName"]?.stringValue?.split(separator: ".").joined(separator: "."),
            !name.isEmpty
        else { return nil }
        return name
    }

    private struct Answer {
        var output = ""
        var problem: String?
        /// Whether the program came to its own end; one that did not may have done what it was told.
        var isWhole = true
    }

    private func tailscale(_ arguments: [String], within patience: Duration) async -> Answer {
        do {
            let end = try await Subprocess.run(
                Subprocess.Order(
                    ["/usr/bin/env", "tailscale"] + arguments, environment: ChildEnvironment.make(),
                    directory: "/", timeout: patience))
            return Answer(
                output: end.output, problem: problem(end, arguments, patience), isWhole: end.exitCode != nil)
        } catch {
            return Answer(problem: "\(error)")
        }
    }

    private func problem(_ end: Subprocess.End, _ arguments: [String], _ patience: Duration) -> String? {
        let command = "`tailscale \(arguments.joined(separator: " "))`"
        if end.exitCode == 127 {
            return
                "there is no program `tailscale` on PATH. Install it, or set `gateway.tailscale.mode` to `off`."
        }
        let words = end.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        if end.isTimedOut {
            return "\(command) did not end within \(patience.text)"
                + (words.isEmpty ? "" : "; it says: \(words)")
        }
        guard end.exitCode != 0 else { return nil }
        return "\(command): \(words.isEmpty ? "it ended with \(end.exitCode ?? end.signal ?? 1)" : words)"
    }
}
