import Core
import Synchronization

/// Gives each line to every sink that wants its level; the sinks may be replaced while lines are written.
final class SinkGroup: Log.Sink {
    private struct State {
        var sinks: [any Log.Sink]
        var leastLevel: Log.Level

        init(_ sinks: [any Log.Sink]) {
            self.sinks = sinks
            leastLevel = sinks.map(\.leastLevel).min() ?? .fatal
        }
    }

    private let state: Mutex<State>

    init(_ sinks: [any Log.Sink]) { state = Mutex(State(sinks)) }

    func replace(with sinks: [any Log.Sink]) { state.withLock { $0 = State(sinks) } }

    var leastLevel: Log.Level { state.withLock { $0.leastLevel } }

    func write(_ line: Log.Line) {
        for sink in state.withLock({ $0.sinks }) where line.level >= sink.leastLevel { sink.write(line) }
    }
}
