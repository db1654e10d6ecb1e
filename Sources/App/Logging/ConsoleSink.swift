import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Writes lines to the terminal: information to stdout, warnings and errors to stderr.
struct ConsoleSink: Log.Sink {
    enum Style: String, Sendable {
        /// `[subsystem] message`: platforms put the time in front of each line themselves.
        case plain
        case pretty, compact, json
    }

    var leastLevel: Log.Level
    var style: Style
    var usesColor: Bool
    var mask: LogMask

    func write(_ line: Log.Line) {
        let stream = line.level >= .warning ? ConsoleStream.error : .output
        stream.write(formatted(line))
    }

    private func formatted(_ line: Log.Line) -> String {
        switch style {
        case .json: mask.apply(to: jsonLine(mask.apply(to: line)))
        case .plain: "[\(name(line))] \(text(line))"
        case .compact: "\(line.time.iso8601) [\(name(line))] \(text(line))"
        case .pretty: pretty(line)
        }
    }

    private func name(_ line: Log.Line) -> String { mask.apply(to: line.displayName).writtenOut }

    /// Masked as it was meant: written out, a secret may no longer look like one.
    private func text(_ line: Log.Line) -> String { mask.apply(to: line.text).writtenOut }

    private func pretty(_ line: Log.Line) -> String {
        guard usesColor else { return "\(line.time.localClock) [\(name(line))] \(text(line))" }
        let tint =
            switch line.level {
            case .error, .fatal: "31"
            case .warning: "33"
            case .trace, .debug: "90"
            case .info: "0"
            }
        return "\u{1B}[90m\(line.time.localClock)\u{1B}[0m \u{1B}[36m[\(name(line))]\u{1B}[0m "
            + "\u{1B}[\(tint)m\(text(line))\u{1B}[0m"
    }

    private func jsonLine(_ line: Log.Line) -> String {
        var object: JSONObject = [
            "time": .string(line.time.iso8601), "level": .string(line.level.name),
            "subsystem": .string(line.subsystem), "message": .string(line.message),
        ]
        for (key, value) in line.metadata { object[key] = .string(value) }
        return JSON.object(object).text
    }
}

extension Log.Line {
    /// The subsystem without the leading parts that say nothing: `gateway/channels/discord` reads `discord`.
    var displayName: String {
        let parts = subsystem.split(separator: "/")
        let telling = parts.drop { ["gateway", "channels", "providers"].contains($0) }
        return telling.isEmpty ? subsystem : telling.joined(separator: "/")
    }

    /// The message, then its data.
    var text: String {
        metadata.reduce(message) { "\($0) \($1.key)=\($1.value)" }
    }
}

extension Log.Level {
    var name: String {
        switch self {
        case .trace: "trace"
        case .debug: "debug"
        case .info: "info"
        case .warning: "warn"
        case .error: "error"
        case .fatal: "fatal"
        }
    }

    /// The names `logging.level` takes; `silent` keeps only what ends the process.
    init?(name: String) {
        switch name.lowercased() {
        case "trace": self = .trace
        case "debug": self = .debug
        case "info": self = .info
        case "warn", "warning": self = .warning
        case "error": self = .error
        case "fatal", "silent": self = .fatal
        default: return nil
        }
    }
}

/// Writes everything, also when the descriptor takes it in pieces; gives up on an error, as a log must.
@discardableResult
func writeAll(_ bytes: [UInt8], to descriptor: CInt, waits: Bool = false) -> Bool {
    var offset = 0
    while offset < bytes.count {
        let written = bytes.withUnsafeBytes {
            write(descriptor, $0.baseAddress?.advanced(by: offset), $0.count - offset)
        }
        if written < 0 && errno == EINTR { continue }
        if written < 0, waits, errno == EAGAIN || errno == EWOULDBLOCK {
            var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            if poll(&ready, 1, -1) >= 0 || errno == EINTR { continue }
        }
        guard written > 0 else { return false }
        offset += written
    }
    return true
}
