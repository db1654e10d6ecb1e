import Core
import Testing

@testable import App

@Suite(.timeLimit(.minutes(1)))
@MainActor
struct ServiceGroupTests {
    private final class Spy: Service {
        private let begin: @MainActor () async throws -> Void
        private(set) var steps: [String] = []

        init(_ begin: @escaping @MainActor () async throws -> Void = {}) { self.begin = begin }

        func start() async throws {
            try await begin()
            steps.append("start")
        }

        func run() async { steps.append("run") }
        func stop() async { steps.append("stop") }
    }

    private let log = Log("test", to: SinkGroup([]))

    @Test func `what ends it during a start cuts that short, and only what has started is stopped`()
        async throws
    {
        let begun = Gate()
        let long = Spy {
            begun.open()
            try await Task.sleep(for: .seconds(3_600))
        }
        let services = [Spy(), long, Spy()]
        var said = false
        let result = try await ServiceGroup(services, log: log).run(
            until: {
                await begun.wait()
                return "a signal"
            }, whenStarted: { said = true })
        #expect(result == "a signal" && !said)
        #expect(services.map(\.steps) == [["start", "stop"], [], []])
    }

    @Test func `a start that fails stops what has started`() async throws {
        struct Broken: Error {}
        let services = [Spy(), Spy { throw Broken() }, Spy()]
        let end = Gate()
        await #expect(throws: Broken.self) {
            try await ServiceGroup(services, log: log).run(until: { await end.wait() }, whenStarted: {})
        }
        #expect(services.map(\.steps) == [["start", "stop"], [], []])
    }

    @Test func `it runs once all have started`() async throws {
        let (services, end) = ([Spy(), Spy()], Gate())
        let result = try await ServiceGroup(services, log: log).run(
            until: {
                await end.wait()
                return 7
            }, whenStarted: { end.open() })
        #expect(result == 7)
        for service in services { #expect(service.steps.first == "start" && service.steps.count == 3) }
    }
}
