import Core
import Store

/// Brings an existing OpenClaw state directory in, once, before anything is answered.
final class ImportService: Service {
    private let stateImport: StateImport
    private let log: Log

    init(_ stateImport: StateImport, log: Log) {
        self.stateImport = stateImport
        self.log = log
    }

    func start() async throws {
        guard let report = try await stateImport.run(now: .now) else { return }
        log.info("imported \(report.summary)")
        for problem in report.problems { log.warning("not imported: \(problem)") }
    }
}
