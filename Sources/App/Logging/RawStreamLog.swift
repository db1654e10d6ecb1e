import Core
import Wire

/// What models send, as they send it: one JSON line an event, in a bounded file made for its owner alone.
final class RawStreamLog: Sendable {
    static let options: [Command.Option] = [
        .flag("--raw-stream", "Write down what models send, event by event, for finding faults"),
        .value(
            "--raw-stream-path", "file",
            "The same into this file, instead of logs/raw-stream.jsonl of the state directory"),
    ]

    private let file: BoundedFile
    private let mask: LogMask

    init(_ path: String, _ mask: LogMask) {
        file = BoundedFile(.at(path))
        self.mask = mask
    }

    /// Nil where nobody wants it; the options beat OPENCLAW_RAW_STREAM and OPENCLAW_RAW_STREAM_PATH.
    @MainActor
    static func path(_ setup: LocalSetup) -> String? {
        let wanted = ["1", "true", "yes", "on"].contains(
            setup.environment["OPENCLAW_RAW_STREAM"]?.lowercased() ?? "")
        let chosen = setup.invocation["--raw-stream-path"]
        guard wanted || chosen != nil || setup.invocation.has("--raw-stream") else { return nil }
        let path = chosen ?? setup.environment["OPENCLAW_RAW_STREAM_PATH"]
        return path.map { setup.place($0) } ?? "\(setup.state)/logs/raw-stream.jsonl"
    }

    /// Why nothing can be written, in words; nil when all is well.
    var problem: String? { file.problem() }

    func write(_ event: SSEEvent, of model: ModelReference) {
        let line: JSONObject = [
            "ts": .integer(Timestamp.now.milliseconds), "model": .string("\(model)"),
            "event": .string(event.type), "data": .string(String(decoding: event.data, as: UTF8.self)),
        ]
        file.append(mask.apply(to: JSON.object(line).text), at: .now)
    }
}
