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
        // Rules must not be lost: a start without them would let more run than the original did.
        guard let report = try await stateImport.run(keepingApprovals: approvals.bringIn) else { return }
        log.info("imported \(report.summary)")
        for problem in report.problems { log.warning("not imported: \(problem)") }
    }
}
