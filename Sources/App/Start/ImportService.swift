import Agent
import Core
import Store

/// Brings an existing OpenClaw state directory in, and what is new in it, before anything is answered.
final class ImportService: Service {
    private let stateImport: StateImport
    private let approvals: ApprovalsFile
    private let volume: VolumeWatch
    private let restart: @MainActor () -> Void
    /// What should be said once something was brought in.
    private let hints: @MainActor () -> [String]
    private let log: Log

    init(
        _ stateImport: StateImport, approvals: ApprovalsFile, volume: VolumeWatch,
        restart: @escaping @MainActor () -> Void, hints: @escaping @MainActor () -> [String], log: Log
    ) {
        self.stateImport = stateImport
        self.approvals = approvals
        self.volume = volume
        self.restart = restart
        self.hints = hints
        self.log = log
    }

    func start() async throws {
        do {
            // Rules must not be lost: a start without them would let more run than the original did.
            let report = try await stateImport.run(keepingApprovals: approvals.bringIn)
            if let report { tell(report) }
        } catch StoreError.full {
            try await waitForRoom()
        }
    }

    /// The gateway starts, so that somebody can see it and make room, and takes nothing in before the rest is.
    private func waitForRoom() async throws {
        log.error(
            "not imported as a whole: the volume is too small for it; with more room there the import goes on"
        )
        do {
            try await stateImport.dropUnfinished()
        } catch let error as StoreError where error.isOfTheDisk {
            log.warning("what was begun still takes up its room", ["reason": "\(error)"])
        }
        volume.wantRoom { [log, restart] in
            log.info("restarting to go on, now that the volume has more room")
            restart()
        }
    }

    private func tell(_ report: ImportReport) {
        if !report.counts.isEmpty || report.isWhole { log.info("imported \(report.summary)") }
        for problem in report.failures + report.problems { log.warning("not imported: \(problem)") }
        for hint in hints() { log.warning("\(hint)") }
        if !report.isWhole { log.warning("once that is mended, the next start imports what is missing") }
    }
}
