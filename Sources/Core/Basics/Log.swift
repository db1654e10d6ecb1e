/// Writes lines of one subsystem: a constant message, and data in dotted metadata.
///
/// People's words and secrets never go above `trace`.
package struct Log: Sendable {
    /// How much a line matters, least first.
    package enum Level: Int, Sendable, Comparable, CaseIterable {
        case trace, debug, info, warning, error, fatal

        package static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }
    }

    /// One line, before any sink has formatted it.
    package struct Line: Sendable {
        package var time: Timestamp
        package var level: Level
        package var subsystem: String
        package var message: String
        package var metadata: [(key: String, value: String)]
    }

    /// Where lines go. `leastLevel` is asked first, so that a line nobody wants costs nothing.
    package protocol Sink: Sendable {
        var leastLevel: Level { get }
        func write(_ line: Line)
    }

    package let subsystem: String
    private let sink: any Sink
    /// The turn this code runs for; its id stands on every line of that turn.
    @TaskLocal package static var turn: String?

    package init(_ subsystem: String, to sink: any Sink) {
        self.subsystem = subsystem
        self.sink = sink
    }

    /// The same sink under another name.
    package func named(_ subsystem: String) -> Log { Log(subsystem, to: sink) }

    package func write(
        _ level: Level, _ message: @autoclosure () -> String, _ metadata: KeyValuePairs<String, String> = [:]
    ) {
        guard level >= sink.leastLevel else { return }
        var pairs = metadata.map { (key: $0.key, value: $0.value) }
        if let turn = Self.turn { pairs.append(("turn.id", turn)) }
        sink.write(
            Line(time: .now, level: level, subsystem: subsystem, message: message(), metadata: pairs))
    }

    package func trace(_ message: @autoclosure () -> String, _ metadata: KeyValuePairs<String, String> = [:])
    {
        write(.trace, message(), metadata)
    }
    package func debug(_ message: @autoclosure () -> String, _ metadata: KeyValuePairs<String, String> = [:])
    {
        write(.debug, message(), metadata)
    }
    package func info(_ message: @autoclosure () -> String, _ metadata: KeyValuePairs<String, String> = [:]) {
        write(.info, message(), metadata)
    }
    package func warning(
        _ message: @autoclosure () -> String, _ metadata: KeyValuePairs<String, String> = [:]
    ) {
        write(.warning, message(), metadata)
    }
    package func error(_ message: @autoclosure () -> String, _ metadata: KeyValuePairs<String, String> = [:])
    {
        write(.error, message(), metadata)
    }
}
