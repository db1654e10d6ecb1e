import Synchronization

/// The house's memory: one SQLite file, open in this process alone, used from one thread of its own.
///
/// ```swift
/// let count = try await database.read { try $0.first("SELECT count(*) FROM sessions") { $0.int(0) } }
/// ```
/// A `write` that has returned survives a power cut. The connection cannot leave its closure: what a closure returns must
/// be `Sendable`, and the connection is not.
package final class Database: Sendable {
    package let path: String
    /// Nil where nothing can be written.
    package let reserve: DiskReserve?
    /// Nil for a copy that has no name.
    private let file: OpenedFile?
    private let thread: DatabaseThread<DatabaseJob>
    private let lastRefusal = Mutex<Refusal?>(nil)

    private struct Refusal {
        var at: ContinuousClock.Instant
        var reason: RefusalReason?
    }

    /// Why the disk takes nothing, as far as its owner can help it.
    package enum RefusalReason: Sendable {
        case full, readOnly
        /// Another file lies in the place of the one that is open, or none.
        case replaced
    }

    /// How long a refused write counts: afterwards a new one shows whether there is room again.
    private static let refusalCounts: Duration = .seconds(30)

    /// Opens, locks and migrates; blocks for a few milliseconds, so call it before the loop serves anybody.
    ///
    /// `tell` hears what people have to know of its log: one that lay beside it, or is taken away later.
    package convenience init(path: String, tell: @escaping @Sendable (String) -> Void = { _ in }) throws {
        try LeftLog(beside: path, tell: tell).settle()
        let connection = UnsafeTransfer(try Connection.openAlone(path))
        let file = OpenedFile(path)
        let reserve = DiskReserve(path: "\(path).reserve")
        try Migrator(steps: Migrations.all).run(on: connection.value, makingRoom: reserve.giveBack)
        connection.value.releaseMemory()
        self.init(connection, path: path, file: file, reserve: reserve, tell: tell)
    }

    /// What stands at `path`, where nothing can be written, as a copy that is held in a file without a name in `folder`.
    ///
    /// A write is refused as it would be there. Takes as long as copying takes.
    package convenience init(readingOnly path: String, copiedInto folder: String) throws {
        let copy = try DatabaseCopy(of: path, below: folder)
        defer { copy.remove() }
        let connection = UnsafeTransfer(try Connection.openAlone(copy.path, calledAs: path))
        try Migrator(steps: Migrations.all).run(on: connection.value)
        _ = try connection.value.first("PRAGMA query_only = ON") { $0.text(0) }
        connection.value.releaseMemory()
        self.init(connection, path: path, file: nil, reserve: nil)
    }

    private init(
        _ connection: UnsafeTransfer<Connection>, path: String, file: OpenedFile?, reserve: DiskReserve?,
        tell: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.path = path
        self.file = file
        self.reserve = reserve
        let log = file.map { _ in OpenLog(connection.value, tell: tell) }
        let commit = GroupCommit(connection: connection.value, file: file, log: log, reserve: reserve)
        thread = DatabaseThread(work: commit.run, end: connection.value.close)
    }

    deinit { thread.stop() }

    /// The process that has the database at `path` open; nil when there is none.
    ///
    /// Asks the kernel for the holder of SQLite's own lock, which outlives any file that says who runs.
    package static func holder(of path: String) -> LockHolder? { LockHolder.find(of: path) }

    /// Runs `body` in a transaction and returns once it is on disk.
    ///
    /// Writes that wait together share one commit. When another of them fails, `body` runs once more: it must change
    /// nothing but the database.
    @discardableResult
    package func write<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) async throws -> T {
        try await change(.write, body)
    }

    /// The same for what has happened outside and cannot be undone, or what has begun and must be ended: where the disk
    /// is full, the room of the reserve is used for it.
    @discardableResult
    package func record<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) async throws -> T {
        try await change(.record, body)
    }

    private func change<T: Sendable>(
        _ kind: DatabaseJob.Kind, _ body: @escaping @Sendable (Connection) throws -> T
    ) async throws -> T {
        do {
            let result = try await submit(kind, body)
            lastRefusal.withLock { $0 = nil }
            return result
        } catch let error as StoreError where error.isOfTheDisk {
            lastRefusal.withLock { $0 = Refusal(at: .now, reason: error.refusalReason) }
            throw error
        }
    }

    /// Whether the disk refused the last write, half a minute ago at most, or had room for it in the reserve only, or
    /// the file is gone: nothing new can be accepted then.
    package func isRefusing(now: ContinuousClock.Instant = .now) -> Bool {
        refusal(now) != nil || isInReserve || isReplaced
    }

    /// Why it did; nil as well when that is none of what can be told apart.
    package func refusalReason(now: ContinuousClock.Instant = .now) -> RefusalReason? {
        isReplaced ? .replaced : refusal(now)?.reason ?? (isInReserve ? .full : nil)
    }

    private var isReplaced: Bool { file?.isInPlace == false }

    private var isInReserve: Bool { reserve?.isTapped ?? false }

    private func refusal(_ now: ContinuousClock.Instant) -> Refusal? {
        guard let refusal = lastRefusal.withLock({ $0 }), refusal.at.duration(to: now) < Self.refusalCounts
        else { return nil }
        return refusal
    }

    /// Runs `body`, which must not change anything.
    package func read<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) async throws -> T {
        try await submit(.read, body)
    }

    /// Lets go of the pages and statements kept for speed; the next who needs them reads and makes them again.
    ///
    /// Returns at once: its thread does it when it has the time.
    package func releaseMemory() { _ = thread.submit(MemoryRelease()) }

    /// Makes sure that what is written stays when the process ends, whatever somebody has done to the files; each write
    /// does so too.
    ///
    /// Returns at once.
    package func keepLog() { _ = thread.submit(DatabaseJob(.look)) }

    /// Lets queued work finish, moves the log into the database and ends the thread.
    ///
    /// Later calls throw `.closed`.
    package func close() async {
        // The log could not be moved when the disk is full: it is then read at the next start.
        _ = try? await submit(.closing) { connection in
            defer { connection.close() }
            _ = try connection.first("PRAGMA wal_checkpoint(TRUNCATE)") { $0.int(0) }
        }
        thread.stop()
    }

    func submit<T: Sendable>(
        _ kind: DatabaseJob.Kind, _ body: @escaping @Sendable (Connection) throws -> T
    ) async throws -> T {
        try await withUnsafeThrowingContinuation { continuation in
            let job = ClosureJob(kind, body: body, continuation: continuation)
            if !thread.submit(job) { continuation.resume(throwing: StoreError.closed) }
        }
    }
}

/// Hands the connection over to its thread, once.
private struct UnsafeTransfer<Value>: @unchecked Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
}
