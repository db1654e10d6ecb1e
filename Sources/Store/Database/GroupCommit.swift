/// Runs what was queued together: reads at once, and all writes in one transaction, so that they share one fsync.
///
/// One that fails takes nothing else with it, and nobody is told that a write is done before the commit has returned. Once
/// the file is no longer where it was opened, all are refused: nobody would find them there.
/// What has happened already, and a full disk refused, is done once more in the room of the reserve.
final class GroupCommit {
    private let connection: Connection
    private let file: OpenedFile?
    private let log: OpenLog?
    private let reserve: DiskReserve?
    /// Records for which the disk had no room.
    private var refused: [DatabaseJob] = []

    init(
        connection: Connection, file: OpenedFile? = nil, log: OpenLog? = nil, reserve: DiskReserve? = nil
    ) {
        self.connection = connection
        self.file = file
        self.log = log
        self.reserve = reserve
    }

    /// Writes that share a transaction.
    ///
    /// More would make the first of them wait for no gain: the fsync is paid already.
    static let mostWritesATransaction = 256

    func run(_ jobs: [DatabaseJob]) {
        for job in jobs where job.kind == .read { read(job) }
        let writes = jobs.filter(\.isWrite)
        // Each look costs a call of the system, and what only reads has no need of one.
        if !writes.isEmpty || jobs.contains(where: { $0.kind == .look }) { writeInPlace(writes) }
        for job in jobs where job.kind == .upkeep || job.kind == .closing {
            _ = job.perform(on: connection)
            job.settle(nil)
        }
    }

    private func writeInPlace(_ writes: [DatabaseJob]) {
        do {
            if file?.isInPlace == false { throw StoreError.replaced(path: connection.path) }
            try log?.keep()
            writeInPieces(writes)
            log?.note()
        } catch {
            for job in writes { job.settle(error) }
        }
    }

    private func writeInPieces(_ writes: [DatabaseJob]) {
        var start = 0
        while start < writes.count {
            let end = min(start + Self.mostWritesATransaction, writes.count)
            write(writes[start..<end])
            start = end
        }
    }

    private func read(_ job: DatabaseJob) {
        connection.isReadOnly = true
        _ = job.perform(on: connection)
        connection.isReadOnly = false
        job.settle(nil)
    }

    private func write(_ jobs: ArraySlice<DatabaseJob>) {
        if jobs.count > 1, performTogether(jobs) {
            commit(Array(jobs))
        } else {
            writeApart(jobs)
        }
        if !refused.isEmpty, reserve?.giveBack() == true {
            let jobs = refused
            refused = []
            writeApart(jobs[...])
        }
        for job in refused { job.settle(StoreError.full(path: connection.path)) }
        refused = []
    }

    /// True when the work of all stands in the transaction, otherwise nothing of any does.
    ///
    /// They need no savepoint, for which SQLite would copy each page before its first change by each of them.
    private func performTogether(_ jobs: ArraySlice<DatabaseJob>) -> Bool {
        do { try connection.run("BEGIN IMMEDIATE") } catch { return false }
        if jobs.allSatisfy({ $0.perform(on: connection) && connection.isInTransaction }) { return true }
        rollBack()
        return false
    }

    /// Each behind a savepoint of its own, unless it is alone: the way of those among which one fails.
    private func writeApart(_ jobs: ArraySlice<DatabaseJob>) {
        var waiting: [DatabaseJob] = []
        for job in jobs {
            do {
                // Also after a failure that made SQLite roll everything back.
                if !connection.isInTransaction { try connection.run("BEGIN IMMEDIATE") }
                let worked = try perform(job, alone: jobs.count == 1)
                if worked { waiting.append(job) } else { end(job, with: job.failure) }
                if !connection.isInTransaction { fail(&waiting, with: job.failure ?? Self.lostTransaction) }
            } catch {
                waiting.append(job)
                fail(&waiting, with: error)
            }
        }
        commit(waiting)
    }

    /// True when the job's work stands in the transaction.
    private func perform(_ job: DatabaseJob, alone: Bool) throws -> Bool {
        if !alone { try connection.run("SAVEPOINT job") }
        let worked = job.perform(on: connection)
        guard connection.isInTransaction else {
            if worked { throw Self.lostTransaction }
            return false
        }
        if alone {
            if !worked { try connection.run("ROLLBACK") }
        } else {
            if !worked { try connection.run("ROLLBACK TO job") }
            try connection.run("RELEASE job")
        }
        return worked
    }

    /// SQLite rolls a whole transaction back by itself when the disk is full or fails.
    private static let lostTransaction = StoreError.sqlite(
        SQLiteFailure(code: 4, extendedCode: 4, message: "the transaction was rolled back", sql: nil))

    private func commit(_ waiting: [DatabaseJob]) {
        var waiting = waiting
        do {
            if connection.isInTransaction { try connection.run("COMMIT") }
            for job in waiting { job.settle(nil) }
        } catch {
            fail(&waiting, with: error)
        }
    }

    /// SQLite may have done so already.
    private func rollBack() { if connection.isInTransaction { _ = try? connection.run("ROLLBACK") } }

    /// The transaction is lost: nothing of it is on disk, and everybody in it has to know.
    private func fail(_ jobs: inout [DatabaseJob], with error: any Error) {
        rollBack()
        for job in jobs { end(job, with: error) }
        jobs = []
    }

    private func end(_ job: DatabaseJob, with error: (any Error)?) {
        if job.kind == .record, let error = error as? StoreError, error.refusalReason == .full {
            refused.append(job)
        } else {
            job.settle(error)
        }
    }
}
