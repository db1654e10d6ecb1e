import Core

/// Something that runs until it is told to stop.
@MainActor
protocol Service: AnyObject, Sendable {
    /// Returns when the service is ready to work; what goes on after that belongs to `run`.
    func start() async throws
    /// Works until cancelled. A service without work of its own returns at once.
    func run() async
    /// Finishes what must not be cut off. Called in reverse order of start, before `run` is cancelled.
    func stop() async
}

extension Service {
    func start() async throws {}
    func run() async {}
    func stop() async {}
}

/// Starts services in order, stops them in reverse, and bounds how long stopping may take.
@MainActor
final class ServiceGroup {
    /// Upstream ends after 5 s in any case; platforms send SIGKILL soon after.
    static let longestStop = Duration.milliseconds(4500)

    private let services: [any Service]
    private let log: Log

    init(_ services: [any Service], log: Log) {
        self.services = services
        self.log = log
    }

    /// Runs `body` while all services run; stops them when it returns.
    func run<Result: Sendable>(until body: @MainActor () async -> Result) async throws -> Result {
        try await start()
        return await withTaskGroup(of: Void.self) { group in
            for service in services { group.addTask { await service.run() } }
            let result = await body()
            await stopInTime()
            group.cancelAll()
            return result
        }
    }

    private func start() async throws {
        var started: [any Service] = []
        do {
            for service in services {
                try await service.start()
                started.append(service)
            }
        } catch {
            for service in started.reversed() { await service.stop() }
            throw error
        }
    }

    private func stopInTime() async {
        let isInTime = await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for service in self.services.reversed() { await service.stop() }
                return true
            }
            group.addTask {
                do {
                    try await Task.sleep(for: Self.longestStop)
                    return false
                } catch {
                    return true  // cancelled: stopping was faster
                }
            }
            defer { group.cancelAll() }
            return await group.next() ?? true
        }
        if !isInTime { log.warning("stopping took too long; ending now") }
    }
}
