import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The log that a gateway without an orderly end has left beside its database.
///
/// SQLite writes it into whatever database lies there, and an older one, from a backup, is destroyed by that. So it is tried
/// first where somebody has touched one of them since the last write.
struct LeftLog {
    private let path: String
    private let tell: (String) -> Void
    private var logPath: String { "\(path)-wal" }

    init(beside path: String, tell: @escaping (String) -> Void) {
        self.path = path
        self.tell = tell
    }

    /// Moves it aside when the database is whole only without it; call it before anybody opens the database.
    ///
    /// Where both may be right it stays: nothing that was confirmed is dropped.
    func settle() throws {
        guard let log = Self.status(of: logPath), log.st_size > 0 else { return }
        guard let file = Self.status(of: path), file.st_size > 0 else {
            return try moveAside("is there without its database")
        }
        guard Self.isTouched(file, since: log) || Self.isTouched(log, since: log) else { return }
        tell("`\(path)` or its log was touched since the last write; looking whether they belong together")
        guard let isWholeWithIt = isWhole(try? Connection.openToTry(path)) else { return }
        guard !isWholeWithIt else {
            return tell("the database and its log belong together; what the log holds is kept")
        }
        guard isWhole(try? Connection.openWithoutLog(path)) == true else { return }
        try moveAside("was written for another file than the `\(path)` that lies there now")
    }

    /// After a crash the log's last write is the last that has happened to either of them, but for the moments in which
    /// the log is moved into the database.
    private static func isTouched(_ file: stat, since log: stat) -> Bool {
        (file.changed.tv_sec, file.changed.tv_nsec) > (log.modified.tv_sec, log.modified.tv_nsec)
    }

    private static func status(of path: String) -> stat? {
        var status = stat()
        return stat(path, &status) == 0 ? status : nil
    }

    /// Nil when it cannot be told: another process has it open, say.
    private func isWhole(_ connection: Connection?) -> Bool? {
        guard let connection else { return nil }
        defer { connection.close() }
        do {
            let problems = try connection.rows("PRAGMA integrity_check(1)") { $0.text(0) }
            let orphan = try connection.first("PRAGMA foreign_key_check") { _ in true }
            return problems == ["ok"] && orphan == nil
        } catch StoreError.damaged {
            return false
        } catch {
            return nil
        }
    }

    private func moveAside(_ reason: String) throws {
        let aside = "\(logPath).\(Timestamp.now.seconds)"
        guard rename(logPath, aside) == 0 else {
            throw StoreError.cannotOpen(
                path: path,
                reason:
                    "`\(logPath)` \(reason), and cannot be moved aside: \(String(cString: strerror(errno)))")
        }
        tell(
            "`\(logPath)` \(reason). It was moved to `\(aside)` and is not used; remove it when nothing is missing"
        )
    }
}
