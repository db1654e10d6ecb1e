import Core
import Models

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The log as the config wants it: a console, and a file a day under the state directory.
@MainActor
final class LogSetup {
    let log: Log
    private let sinks: SinkGroup
    private let mask: LogMask
    private(set) var file: BoundedFile

    init(_ setup: LocalSetup, secrets: [String]) {
        mask = LogMask()
        mask.replace(with: Self.mask(setup, secrets))
        let (console, file) = Self.sinks(setup, mask)
        self.file = file.file
        sinks = SinkGroup([console, file])
        log = Log("gateway", to: sinks)
    }

    /// Writes down what models send, where that is wished.
    func streamRecorder(_ setup: LocalSetup) -> StreamRecorder? {
        guard let path = RawStreamLog.path(setup) else { return nil }
        let stream = RawStreamLog(path, mask)
        if let problem = stream.problem {
            log.warning("what models send cannot be written to \(path): \(problem)")
            return nil
        }
        log.warning(
            "what models send is written to \(path), and with it what people are told: end that once it has been looked at"
        )
        return { stream.write($1, of: $0) }
    }

    /// Takes over a changed config.
    func update(_ setup: LocalSetup, secrets: [String]) {
        hide(secrets, setup)
        let (console, file) = Self.sinks(setup, mask)
        self.file = file.file
        sinks.replace(with: [console, file])
    }

    /// Takes over secrets that have become known.
    func hide(_ secrets: [String], _ setup: LocalSetup) { mask.replace(with: Self.mask(setup, secrets)) }

    static func mask(_ setup: LocalSetup, _ secrets: [String]) -> SecretMask? {
        setup.config.logging.redactSensitive == "off" ? nil : SecretMask(secrets)
    }

    static func sinks(_ setup: LocalSetup, _ mask: LogMask) -> (ConsoleSink, FileSink) {
        let settings = setup.config.logging
        let invocation = setup.invocation
        let isTerminal = isatty(STDOUT_FILENO) == 1
        let style =
            settings.consoleStyle.flatMap { ConsoleSink.Style(rawValue: $0) }
            ?? (isTerminal ? .pretty : .plain)
        let consoleLevel =
            invocation.has("--verbose") ? .debug : Log.Level(name: settings.consoleLevel) ?? .info
        let console = ConsoleSink(
            leastLevel: consoleLevel, style: style,
            usesColor: isTerminal && invocation.environment["NO_COLOR"] == nil
                && !invocation.has("--no-color"),
            mask: mask)
        let place = settings.file.map { BoundedFile.Place.at(setup.expand($0)) }
        let file = FileSink(
            BoundedFile(
                place ?? .aDay(folder: "\(setup.state)/logs"),
                maxFileBytes: settings.maxFileBytes ?? BoundedFile.usualMaxFileBytes),
            leastLevel: Log.Level(name: settings.level) ?? .info, mask: mask, hostname: Version.hostname)
        return (console, file)
    }
}
