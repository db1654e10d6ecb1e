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

    /// Throws when rows of `table` are gone or not to be trusted; reading alone passes over some damage.
    func check(table: String) throws {
        var complaint: String?
        // A row that breaks a rule of the original's can be read all the same.
        try each("PRAGMA ignore_check_constraints = ON") { _ in true }
        // Its indexes may lack what the rows have.
        try each("PRAGMA quick_check(\"\(table)\")") { row in
            complaint = row.text(0)
            return false
        }
        guard let complaint, complaint != "ok" else { return }
        // A headline with stars comes first.
        let said = complaint.split(separator: "\n").first { !$0.hasPrefix("*") } ?? ""
        throw damaged("its table `\(table)` is damaged (\(said.prefix(Self.longestComplaint)))")
    }

    /// Characters of what SQLite has to say, which may be a sentence a page.
    private static let longestComplaint = 120

    /// The JSON in a column, nil where there is none; text that is no JSON is damage.
    func json(_ row: Row, _ column: Int32) throws -> JSON? {
        guard row.size(column) > 0 else { return nil }
        guard let json = row.json(column) else { throw damaged("a row of it is damaged") }
        return json
    }

    private func damaged(_ detail: String) -> ImportProblem {
        Self.problem(path, StoreError.damaged(path: path, detail: detail))
    }

    func has(table: String) throws -> Bool {
        var found = false
        try each("SELECT 1 FROM sqlite_master WHERE name = ?", [.text(table)]) { _ in
            found = true
            return false
        }
        return found
    }
}
