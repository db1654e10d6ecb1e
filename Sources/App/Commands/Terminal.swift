import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What commands print with.
enum Terminal {
    /// Ends the process when the text cannot be written: who asked for it has not got it.
    static func print(_ text: String) {
        guard !writeAll(Array((text + "\n").utf8), to: STDOUT_FILENO, waits: true) else { return }
        let code = errno
        // The reader has all it wanted, as in `… | head -1`; other programs are then ended by this signal.
        if code == EPIPE {
            signal(SIGPIPE, SIG_DFL)
            raise(SIGPIPE)
        }
        printError("The output could not be written: \(String(cString: strerror(code))).")
        exit(ExitCode.failure.rawValue)
    }
    static func printError(_ text: String) { writeAll(Array((text + "\n").utf8), to: STDERR_FILENO) }
    static func print(_ json: JSON) { print(json.prettyText) }

    static var isInteractive: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 }

    /// Columns as wide as their longest cell, two spaces apart; names that people chose end no line and steer no terminal.
    static func table(_ header: [String], _ rows: [[String]]) -> String {
        let all = [header] + rows.map { $0.map(\.singleLine) }
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            var line = ""
            for (cell, width) in zip(row, widths) {
                line += cell + String(repeating: " ", count: width - cell.count + 2)
            }
            while line.last == " " { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }

    /// `3m`, `2h`, `5d` since `moment`.
    static func age(of moment: Int?) -> String {
        guard let moment else { return "-" }
        let passed = Timestamp.now - Timestamp(milliseconds: Int64(moment))
        return String(passed.wholeSecondsText.prefix { $0 != " " })
    }
}
