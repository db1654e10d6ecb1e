import Core
import Synchronization
import Testing

private final class Lines: Log.Sink {
    let leastLevel: Log.Level
    private let lines = Mutex<[Log.Line]>([])

    init(_ leastLevel: Log.Level) { self.leastLevel = leastLevel }

    func write(_ line: Log.Line) { lines.withLock { $0.append(line) } }
    var all: [Log.Line] { lines.withLock { $0 } }
}

struct LogTests {
    @Test func `lines below the least level cost nothing`() {
        let lines = Lines(.warning)
        let log = Log("gateway", to: lines)
        var asked = 0
        func text() -> String {
            asked += 1
            return "text"
        }

        log.debug(text())
        log.info(text())
        log.warning(text(), ["a": "1"])

        #expect(asked == 1)
        #expect(lines.all.map(\.message) == ["text"])
        #expect(lines.all.first?.level == .warning)
        #expect(lines.all.first?.metadata.map(\.key) == ["a"])
    }

    @Test func `a turn's id stands on each of its lines`() async {
        let lines = Lines(.trace)
        let log = Log("agent", to: lines).named("models")

        Log.$turn.withValue("run-1") { log.trace("inside", ["x": "y"]) }
        log.trace("outside")

        #expect(lines.all.map(\.subsystem) == ["models", "models"])
        #expect(lines.all.first?.metadata.map { "\($0.key)=\($0.value)" } == ["x=y", "turn.id=run-1"])
        #expect(lines.all.last?.metadata.isEmpty == true)
    }
}
