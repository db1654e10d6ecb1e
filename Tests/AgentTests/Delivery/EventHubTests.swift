import Core
import Testing

@testable import Agent

@MainActor
struct EventHubTests {
    @Test
    func `everybody hears everything in order, until they cancel or let go`() {
        let hub = EventHub()
        var first: [String] = []
        var second: [String] = []
        let one = hub.subscribe { first.append($0.run.rawValue) }
        var two: Subscription? = hub.subscribe { second.append($0.run.rawValue) }
        hub.publish(.sample("a"))
        two = nil
        hub.publish(.sample("b"))
        one.cancel()
        hub.publish(.sample("c"))

        #expect(two == nil)
        #expect(first == ["a", "b"])
        #expect(second == ["a"])
    }

    @Test
    func `what a receiver publishes is told after what it was told`() {
        let hub = EventHub()
        var heard: [String] = []
        let one = hub.subscribe { if $0.run == "a" { hub.publish(.sample("b")) } }
        let two = hub.subscribe { heard.append($0.run.rawValue) }
        hub.publish(.sample("a"))

        #expect(heard == ["a", "b"])
        one.cancel()
        two.cancel()
    }
}

extension TurnEvent {
    static func sample(_ run: RunID) -> TurnEvent {
        TurnEvent(
            run: run, session: "agent:main:main", agent: .main, sequence: 1, at: .now,
            kind: .started(at: .now))
    }
}
