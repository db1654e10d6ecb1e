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
    private var started: [any Service] = []
    private let log: Log

    init(_ services: [any Service], log: Log) {
        self.services = services
        self.log = log
    }

    /// Starts all services, says so, and runs them until `end` returns, which cuts a start short; then stops them.
    ///
    /// `end` is asked twice, and returns when its task is cancelled.
    func run<Result: Sendable>(
        until end: @escaping @MainActor @Sendable () async -> Result, whenStarted: @MainActor () -> Void
    ) async throws -> Result {
        do {
            if let result = try await start(until: end) {
                await stopInTime()
                return result
            }
        } catch {
            await stopInTime()
            throw error
        }
        whenStarted()
        return await withTaskGroup(of: Void.self) { group in
            for service in services { group.addTask { await service.run() } }
            let result = await end()
            await stopInTime()
            group.cancelAll()
            return result
        }
    }

    /// Nil when all have started before `end` returned.
    private func start<Result: Sendable>(
        until end: @escaping @MainActor @Sendable () async -> Result
    ) async throws -> Result? {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try await self.start()
                return nil
            }
            group.addTask { await end() }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    private func start() async throws {
        for service in services {
            try Task.checkCancellation()
            try await service.start()
            started.append(service)
        }
    }

    private func stopInTime() async {
        let stopping = started.reversed()
        let isInTime = await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for service in stopping { await service.stop() }
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
