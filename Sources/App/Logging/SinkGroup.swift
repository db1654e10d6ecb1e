import Core

/// Gives each line to every sink that wants its level.
struct SinkGroup: Log.Sink {
    let sinks: [any Log.Sink]

    var leastLevel: Log.Level { sinks.map(\.leastLevel).min() ?? .fatal }

    func write(_ line: Log.Line) {
        for sink in sinks where line.level >= sink.leastLevel { sink.write(line) }
    }
}
