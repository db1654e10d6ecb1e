package import Core

/// Keeps nothing.
package struct SilentSink: Log.Sink {
    package init() {}

    package var leastLevel: Log.Level { .fatal }
    package func write(_ line: Log.Line) {}
}
