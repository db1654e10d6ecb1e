import CSQLite
import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A SQLite database of the original, opened to read only.
///
/// What goes wrong is told as an `ImportProblem`.
struct ForeignDatabase {
    let path: String
    private let connection: Connection

    init(_ path: String) throws(ImportProblem) {
        self.path = path
        guard access(path, R_OK) == 0 else { throw ImportProblem(unreadable: path, errno) }
        do {
            connection = try Connection.openForeign(path)
        } catch {
            throw Self.problem(path, error)
        }
    }

    /// Runs a query; columns that this version of the original does not have are a problem, not a crash.
    ///
    /// What `body` throws is its own, and no problem of this database.
    func each(_ sql: String, _ values: [SQLValue] = [], body: (Row) throws -> Bool) throws {
        var failure: (any Error)?
        do {
            try connection.each(sql, values: values) { row in
                do { return try body(row) } catch {
                    failure = error
                    return false
                }
            }
        } catch {
            throw Self.problem(path, error)
        }
        if let failure { throw failure }
    }

    private static func problem(_ path: String, _ error: any Error) -> ImportProblem {
        switch error as? StoreError {
        case .alreadyOpen:
            ImportProblem(
                "`\(path)` was left out: another program is using it. Stop the original first", mayPass: true)
        case .readOnly, .cannotOpen: ImportProblem(needsRoom(path), mayPass: true)
        case .sqlite(let failure) where failure.code == SQLITE_CANTOPEN:
            ImportProblem(needsRoom(path), mayPass: true)
        case .damaged(_, let detail):
            ImportProblem(
                "`\(path)` was left out, or a part of it: \(detail). Put back a copy of it, and what is missing is read"
            )
        default: ImportProblem("`\(path)` was left out, or a part of it: \(error)")
        }
    }

    /// A database with a log is read through an index file beside it.
    private static func needsRoom(_ path: String) -> String {
        "`\(path)` was left out: it can only be read where this user may write beside it. Copy the whole folder to such "
            + "a place, and take it over from there"
    }

    /// Throws what keeps all of it from being read, such as a program that uses it.
    func check() throws { _ = try has(table: "") }

    func has(table: String) throws -> Bool {
        var found = false
        try each("SELECT 1 FROM sqlite_master WHERE name = ?", [.text(table)]) { _ in
            found = true
            return false
        }
        return found
    }
}
