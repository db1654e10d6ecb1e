import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Questions to the person at the terminal.
@MainActor
struct Prompt {
    /// The person ended with Ctrl-C or Ctrl-D, or the terminal is gone.
    struct Ended: Error {}

    /// Whether there is anybody to ask.
    let isOn: Bool

    /// The answer without white space around it; nil for a bare Enter.
    ///
    /// With `hidden` nothing that is typed shows. Ctrl-C is read like a key, so that the terminal is as before when the
    /// program ends.
    func ask(_ question: String, hidden: Bool = false) throws(Ended) -> String? {
        guard isOn else { return nil }
        var before = termios()
        tcgetattr(STDIN_FILENO, &before)
        var during = before
        during.c_lflag &= ~tcflag_t(ISIG)
        if hidden { during.c_lflag &= ~tcflag_t(ECHO) }
        // Ends the line it is typed in, as Enter does.
        withUnsafeMutableBytes(of: &during.c_cc) { $0[Int(VEOL)] = Self.interrupt }
        tcsetattr(STDIN_FILENO, TCSADRAIN, &during)
        defer { tcsetattr(STDIN_FILENO, TCSADRAIN, &before) }
        writeAll(Array(question.utf8), to: STDOUT_FILENO)
        let line = Self.line()
        if hidden || line?.contains(Self.interrupt) ?? true { Terminal.print("") }
        guard let line, !line.contains(Self.interrupt) else { throw Ended() }
        let text = String(decoding: line, as: UTF8.self).trimmed
        return text.isEmpty ? nil : String(text)
    }

    /// The next line of standard input without white space around it; at a terminal it is asked for and does not show.
    static func line(named name: String) throws(Ended) -> String {
        if isatty(STDIN_FILENO) == 1 { return try Prompt(isOn: true).ask("  \(name): ", hidden: true) ?? "" }
        return String(String(decoding: line() ?? [], as: UTF8.self).trimmed)
    }

    /// Ctrl-C.
    private static let interrupt: UInt8 = 3

    /// Up to the line's end; nil when there is nothing more.
    ///
    /// Byte by byte: what follows is the next question's answer.
    private static func line() -> [UInt8]? {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while line.count < ChannelSections.mostSecretBytes {
            let count = read(STDIN_FILENO, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return line.isEmpty ? nil : line }
            if byte == UInt8(ascii: "\n") { return line }
            line.append(byte)
            if byte == interrupt { return line }
        }
        return line
    }
}
