import Agent
import Core
import Store

/// Brings an existing OpenClaw state directory in, once, before anything is answered.
final class ImportService: Service {
    private let stateImport: StateImport
    private let approvals: ApprovalsFile
    private let log: Log

    init(_ stateImport: StateImport, approvals: ApprovalsFile, log: Log) {
        self.stateImport = stateImport
        self.approvals = approvals
        self.log = log
    }

    func start() async throws {
        guard let report = try await stateImport.run(now: .now) else { return }
        log.info("imported \(report.summary)")
        // Rules must not be lost: a start without them would let more run than the original did.
        if let text = report.approvals { try approvals.bringIn(text) }
        for problem in report.problems { log.warning("not imported: \(problem)") }
    }
}
