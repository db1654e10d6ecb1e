import CSQLite
import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension Connection {
    /// Pages kept in memory, in KiB: enough for the hot ends of all tables, small beside the 40 MB a machine may have.
    private static let cacheKiB = 1024
    /// Pages in the log before they are moved into the database: 4 MiB, about 60 turns.
    ///
    /// Moving costs two fsyncs, and a restart after a crash reads the log once.
    private static let checkpointPages = 1_000
    /// The log file shrinks to this many bytes after a large transaction.
    private static let largestLogBytes = 8 << 20

    /// Opens the database for this process alone, durable, creating the file with mode 0600.
    ///
    /// `name` is what errors call it, when its own path says nothing to people.
    static func openAlone(_ path: String, calledAs name: String? = nil) throws -> Connection {
        try makePrivate(path)
        let connection = try open(
            path, flags: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, calledAs: name ?? path)
        // Exclusive before the first access: no other process gets in while we live, whatever happens to lock files,
        // and the log's index stays in our own memory instead of a shared map.
        try connection.pragma("locking_mode = EXCLUSIVE", mustBe: "exclusive")
        try connection.pragma("journal_mode = WAL", mustBe: "wal")
        try connection.pragma("synchronous = FULL")
        try connection.pragma("synchronous", mustBe: "2")
        try connection.pragma("foreign_keys = ON")
        try connection.pragma("mmap_size = 0")
        try connection.pragma("temp_store = MEMORY")
        try connection.pragma("cache_size = -\(cacheKiB)")
        try connection.pragma("wal_autocheckpoint = \(checkpointPages)")
        try connection.pragma("journal_size_limit = \(largestLogBytes)")
        // Takes the lock now, so that a second process is refused here and not at its first write.
        try connection.run("BEGIN EXCLUSIVE")
        try connection.run("COMMIT")
        try connection.pragma("busy_timeout = 5000")
        return connection
    }

    /// Moves what the open log holds into the database, also where the log has lost its name, and begins a new one.
    func renewLog() throws {
        try pragma("journal_mode = DELETE", mustBe: "delete")
        try pragma("journal_mode = WAL", mustBe: "wal")
    }

    /// Opens the database with its log for as long as it takes to look at it; closing it changes neither.
    static func openToTry(_ path: String) throws -> Connection {
        let connection = try open(path, flags: SQLITE_OPEN_READWRITE, calledAs: path, keepsLog: true)
        // The log's index then needs no file.
        try connection.pragma("locking_mode = EXCLUSIVE", mustBe: "exclusive")
        return connection
    }

    /// Opens the database as it is without its log, to look at it.
    static func openWithoutLog(_ path: String) throws -> Connection {
        let text = path.replacing("%", with: "%25").replacing("?", with: "%3F").replacing("#", with: "%23")
        return try open(
            "file:\(text)?immutable=1", flags: SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, calledAs: path)
    }

    /// Opens a database that belongs to another program, to read it only.
    static func openForeign(_ path: String) throws -> Connection {
        let connection = try open(path, flags: SQLITE_OPEN_READONLY, calledAs: path)
        try connection.pragma("busy_timeout = 2000")
        try connection.pragma("mmap_size = 0")
        try connection.pragma("cache_size = -512")
        return connection
    }

    /// Once a process; refused after the first connection, which costs only the time it would have saved.
    private static let library: Void = { _ = csqlite_count_no_memory() }()

    private static func open(
        _ path: String, flags: Int32, calledAs name: String, keepsLog: Bool = false
    ) throws -> Connection {
        _ = library
        var pointer: OpaquePointer?
        let code = sqlite3_open_v2(path, &pointer, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard code == SQLITE_OK, let pointer else {
            let reason =
                pointer.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
            sqlite3_close_v2(pointer)
            throw StoreError.cannotOpen(path: name, reason: reason)
        }
        if keepsLog { csqlite_keep_log(pointer) }
        return Connection(owning: pointer, path: name)
    }

    /// Runs a pragma; with `wanted` its answer must be that, or what we promise would not hold.
    private func pragma(_ text: String, mustBe wanted: String? = nil) throws {
        let answer = try first("PRAGMA \(text)") { $0.text(0) }
        guard let wanted, answer != wanted else { return }
        throw StoreError.notDurable(path: path, reason: "`PRAGMA \(text)` answered `\(answer ?? "nothing")`")
    }

    /// The file holds tokens and people's words.
    ///
    /// SQLite gives its log the same mode.
    private static func makePrivate(_ path: String) throws {
        let descriptor = openFile(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StoreError.cannotOpen(path: path, reason: String(cString: strerror(errno)))
        }
        var status = stat()
        // On a volume that does not keep modes the gateway still has to start.
        if fstat(descriptor, &status) != 0 || status.st_mode & 0o777 != 0o600 {
            _ = fchmod(descriptor, 0o600)
        }
        closeFile(descriptor)
    }
}
