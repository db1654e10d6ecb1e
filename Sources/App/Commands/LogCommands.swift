import Core
import Gateway

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `logs`: the running gateway's log file, as it grows.
@MainActor
enum LogCommands {
    static var all: [Command] {
        [
            Command(
                path: ["logs"], summary: "Print the gateway's log",
                options: options, run: { try logs($0) })
        ]
    }

    /// Also of `channels logs`.
    static var options: [Command.Option] {
        GatewayClient.options + [
            .flag("--follow", "Go on as lines come"), .flag("--plain", "Without colours"),
            .number("--limit", "n", "How many lines (default 200)", 1...5000),
            .number("--interval", "ms", "How often to look with --follow (default 1000)", 50...60_000),
        ]
    }

    /// `subsystems` are the only ones whose lines are printed; nil for all.
    static func logs(_ invocation: Invocation, of subsystems: Set<String>? = nil) throws -> ExitCode {
        var client: GatewayClient
        do {
            client = try GatewayClient.connect(invocation)
        } catch let error as CommandError where invocation["--url"] == nil {
            return try printFile(invocation, of: subsystems, besides: error)
        }
        var params: JSONObject = ["limit": JSON(subsystems == nil ? limit(invocation) : mostLines)]
        let interval = invocation["--interval"].flatMap { UInt32($0) } ?? 1000
        var isFirst = true
        while true {
            let answer: JSON
            do throws(GatewayClient.Failure) {
                answer = try client.request("logs.tail", .object(params))
            } catch {
                guard invocation.has("--follow"), error.isLoss else { throw error.commandError(target: nil) }
                client = try reconnected(invocation, interval)
                continue
            }
            if isFirst { printHead(answer, invocation) }
            isFirst = false
            printLines(answer, of: subsystems, invocation)
            guard invocation.has("--follow") else { return .success }
            params["cursor"] = answer["cursor"]
            usleep(interval * 1000)
        }
    }

    /// A gateway that restarts is away for a second or two.
    private static let patience = Duration.seconds(30)

    private static func reconnected(_ invocation: Invocation, _ interval: UInt32) throws -> GatewayClient {
        Terminal.printError("The gateway closed the connection; waiting for it to come back.")
        let deadline = ContinuousClock.now + patience
        while true {
            usleep(interval * 1000)
            do { return try GatewayClient.connect(invocation) } catch {
                guard ContinuousClock.now < deadline else { throw error }
            }
        }
    }

    /// Nobody needs the log more than who has a gateway that does not run.
    private static func printFile(
        _ invocation: Invocation, of subsystems: Set<String>?, besides error: CommandError
    ) throws -> ExitCode {
        let setup = LocalSetup(invocation)
        guard setup.config.gateway.mode != "remote", let path = newestFile(setup) else { throw error }
        Terminal.printError("\(error.message)\nThis is what the log file has:")
        let answer = LogTail(limit: subsystems == nil ? limit(invocation) : mostLines).read(path)
        printHead(answer, invocation)
        printLines(answer, of: subsystems, invocation)
        return .success
    }

    private static func newestFile(_ setup: LocalSetup) -> String? {
        if let path = setup.config.logging.file { return setup.expand(path) }
        let folder = "\(setup.state)/logs"
        let names = FolderListing.names(in: folder).filter {
            $0.hasPrefix("openclaw-") && $0.hasSuffix(".log")
        }
        return names.max().map { "\(folder)/\($0)" }
    }

    /// As many as the gateway gives at once: few of them may be of the wanted subsystems.
    private static let mostLines = 5_000

    private static func printLines(_ answer: JSON, of subsystems: Set<String>?, _ invocation: Invocation) {
        var lines = (answer["lines"]?.arrayValue ?? []).compactMap(\.stringValue)
        if let subsystems {
            lines = lines.filter {
                subsystem(of: (try? JSON.parse($0)) ?? .null).map(subsystems.contains) == true
            }
            .suffix(limit(invocation))
        }
        for line in lines { printLine(line, invocation) }
    }

    private static func subsystem(of entry: JSON) -> String? {
        // The name is JSON in a string; a line without one is nobody's.
        entry["_meta"]?["name"]?.stringValue.flatMap { try? JSON.parse($0) }?["subsystem"]?.stringValue
    }

    private static func limit(_ invocation: Invocation) -> Int {
        invocation["--limit"].flatMap { Int($0) } ?? 200
    }

    private static func printHead(_ answer: JSON, _ invocation: Invocation) {
        let file = answer["file"] ?? ""
        if invocation.wantsJSON {
            Terminal.print(
                JSON.object([
                    "type": "meta", "file": file, "cursor": answer["cursor"] ?? 0,
                    "size": answer["size"] ?? 0,
                ]).text)
        } else {
            Terminal.print("Log file: \(file.stringValue ?? "")")
        }
    }

    private static func printLine(_ line: String, _ invocation: Invocation) {
        let entry = (try? JSON.parse(line)) ?? .null  // a line that is not JSON, as one that was cut is not
        guard entry.objectValue != nil else {
            let raw = JSON.object(["type": "raw", "raw": .string(line)]).text
            return Terminal.print(invocation.wantsJSON ? raw : line.writtenOut)
        }
        let time = entry["time"]?.stringValue ?? ""
        let level = entry["_meta"]?["logLevelName"]?.stringValue?.lowercased() ?? "info"
        let subsystem = subsystem(of: entry) ?? ""
        let message = entry["message"]?.stringValue ?? entry["1"]?.stringValue ?? ""
        if invocation.wantsJSON {
            Terminal.print(
                JSON.object([
                    "type": "log", "time": .string(time), "level": .string(level),
                    "subsystem": .string(subsystem),
                    "message": .string(message),
                ]).text)
        } else {
            Terminal.print("\(time) \(level) \(subsystem) \(message)".writtenOut)
        }
    }
}
