import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The log as the config wants it: a console, and a file a day under the state directory.
struct LogSetup {
    let log: Log
    let file: FileSink

    @MainActor
    init(_ setup: LocalSetup, secrets: [String]) {
        let settings = setup.config.logging
        let invocation = setup.invocation
        let redaction = Redaction(secrets: secrets, isOn: settings.redactSensitive != "off")
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
            redaction: redaction)
        file = FileSink(
            folder: "\(setup.state)/logs", fixedPath: settings.file.map { setup.expand($0) },
            leastLevel: Log.Level(name: settings.level) ?? .info, redaction: redaction,
            hostname: Version.hostname)
        log = Log("gateway", to: SinkGroup(sinks: [console, file]))
    }
}
