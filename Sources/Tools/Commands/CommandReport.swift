import Core

/// What a model is told about a command that has ended.
struct CommandReport {
    let command: String
    let directory: String
    let timeout: Int
    let end: Subprocess.End

    /// Bytes of output that the details repeat, for tool cards.
    private static let mostDetailBytes = 2_000

    var result: ToolResult {
        let failed = end.isTimedOut || end.exitCode != 0
        return ToolResult(
            content: [.text(text)], isError: failed, details: details(failed),
            summary: String(command.prefix(200)))
    }

    private var text: String {
        var output = end.output[...]
        while output.last?.isNewline == true { output.removeLast() }
        guard let ending else { return output.isEmpty ? "(no output)" : String(output) }
        return output.isEmpty ? ending : "\(output)\n\n\(ending)"
    }

    /// Nil when all went well.
    private var ending: String? {
        if end.isTimedOut { return "The command was ended after \(Duration.seconds(timeout).text)." }
        if let signal = end.signal { return "The command was ended by signal \(signal)\(Self.hint(signal))." }
        guard let code = end.exitCode, code != 0 else { return nil }
        return "Command exited with code \(code)"
    }

    private static func hint(_ signal: Int) -> String {
        switch signal {
        case 9: " (killed, perhaps because memory ran out)"
        case 24: " (it used up its CPU time)"
        case 25: " (it wrote a file larger than allowed)"
        default: ""
        }
    }

    private func details(_ failed: Bool) -> JSON {
        [
            "status": failed ? "failed" : "completed",
            "exitCode": end.exitCode.map { JSON($0) } ?? .null,
            "exitSignal": end.signal.map { JSON($0) } ?? .null,
            "exitReason": end.isTimedOut ? "timeout" : end.signal == nil ? "exit" : "signal",
            "durationMs": .integer(end.duration.milliseconds),
            "aggregated": .string(String(text.suffix(Self.mostDetailBytes))),
            "cwd": .string(directory),
        ]
    }
}
