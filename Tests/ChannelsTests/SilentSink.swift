import Core

/// Keeps nothing.
struct SilentSink: Log.Sink {
    var leastLevel: Log.Level { .fatal }
    func write(_ line: Log.Line) {}
}
