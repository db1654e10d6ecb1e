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
final class ForeignDatabase {
    let path: String
    /// Whether a damaged table is read as far as it can be, instead of not at all.
    private let takesDamaged: Bool
    private let connection: Connection
    /// Rows that are known to be there and cannot be read, where damaged tables are taken.
    private(set) var lostRows = 0

    init(_ path: String, takesDamaged: Bool = false) throws(ImportProblem) {
        self.path = path
        self.takesDamaged = takesDamaged
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
                do { return try body(row) } catch let problem as ImportProblem
                    where takesDamaged && !problem.mayPass
                {
                    lostRows += 1
                    return true
                } catch {
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
                "`\(path)` was left out, or a part of it: \(detail). Put back a copy of it, and what is missing is read. "
                    + "Where there is none, `openclaw migrate --damaged` takes what can be read"
            )
        default: ImportProblem("`\(path)` was left out, or a part of it: \(error)")
        }
    }

    /// A database with a log is read through an index file beside it.
    private static func needsRoom(_ path: String) -> String {
        access("\(path)-journal", F_OK) == 0
            ? "`\(path)` was left out: its program was ended in the middle of a write, which has to be taken back first. Open "
                + "a copy of the folder with `sqlite3 FILE .tables` for it, and take that copy over"
            : "`\(path)` was left out: it can only be read where this user may write beside it. Copy the whole folder to such "
                + "a place, and take it over from there"
    }

    /// Throws what keeps all of it from being read, such as a program that uses it.
    func check() throws { _ = try has(table: "") }

    /// Makes sure that queries of `table` see all of its rows, and throws where they cannot.
    ///
    /// Where damaged tables are taken, what can be read of it stands in its place, and what is wrong with it is returned.
    func open(table: String) throws -> String? {
        guard let complaint = try complaint(about: table) else { return nil }
        do {
            try connection.run("PRAGMA temp_store = MEMORY")
            try connection.run("CREATE TEMP TABLE \"\(table)\" AS SELECT * FROM main.\"\(table)\" WHERE 0")
            try scan(table, "rowid") { [self] row in
                do {
                    try connection.run(
                        "INSERT INTO temp.\"\(table)\" SELECT * FROM main.\"\(table)\" NOT INDEXED WHERE rowid = ?",
                        row.int64(0))
                } catch let error as StoreError where Self.isDamage(error) {
                    lostRows += 1
                }
            }
        } catch {
            throw Self.problem(path, error)
        }
        return complaint
    }

    /// Throws when rows of `table` are gone or not to be trusted; reading alone passes over some damage.
    ///
    /// Where damaged tables are taken, what is wrong is returned.
    func complaint(about table: String) throws -> String? {
        guard let said = try damage(of: table) else { return nil }
        let complaint = "its table `\(table)` is damaged (\(said.prefix(Self.longestComplaint)))"
        guard takesDamaged else { throw damaged(complaint) }
        return complaint
    }

    /// Characters of what SQLite has to say, which may be a sentence a page.
    private static let longestComplaint = 120

    /// What SQLite says against the pages of a table; its indexes are not read, so they may be damaged.
    private func damage(of table: String) throws -> String? {
        var said: [(page: Int?, text: Substring)] = []
        do {
            // A row that breaks a rule of the original's can be read all the same.
            try connection.run("PRAGMA ignore_check_constraints = ON")
            try connection.each("PRAGMA quick_check(\"\(table)\")") { row in
                let lines = row.text(0).split(separator: "\n")
                // What is said of pages has a headline with stars.
                let isOfPages = lines.first?.hasPrefix("***") == true
                said += lines.drop { $0.hasPrefix("***") }.map { (Self.page(in: $0), $0) }
                    .filter { isOfPages || $0.0 != nil }
                return true
            }
        } catch let error as StoreError where Self.isDamage(error) {
            guard case .damaged(_, let detail) = error else { return "\(error)" }
            return detail
        } catch {
            throw Self.problem(path, error)
        }
        guard !said.isEmpty, let first = said.first?.text else { return nil }
        guard let (own, ofIndexes) = pages(of: table) else { return String(first) }
        let damage = said.first { line in
            line.page.map { own.contains($0) || !ofIndexes.contains($0) } ?? true
        }
        return damage.map { String($0.text) }
    }

    /// The page that a complaint is about: the first one that it names.
    private static func page(in complaint: Substring) -> Int? {
        let words = complaint.split { !$0.isLetter && !$0.isNumber }
        return zip(words, words.dropFirst()).lazy
            .compactMap { $0.lowercased() == "page" ? Int($1) : nil }.first
    }

    /// The pages of a table and those of its indexes; nil where this SQLite does not tell.
    private func pages(of table: String) -> (own: Set<Int>, ofIndexes: Set<Int>)? {
        let indexes = "SELECT name FROM main.sqlite_master WHERE type = 'index' AND tbl_name = ?"
        do {
            let pages = try ["name = ?", "name IN (\(indexes))"].map { which in
                Set(try connection.rows("SELECT pageno FROM dbstat WHERE \(which)", table) { $0.int(0) })
            }
            return (pages[0], pages[1])
        } catch {
            return nil
        }
    }

    // MARK: Row by row

    /// Each row of a table by its number, from the table itself; `columns` begin with `rowid`.
    ///
    /// Where damaged tables are taken, rows that cannot be read are passed over.
    func each(of table: String, _ columns: String, body: (Row) -> Void) throws {
        do { try scan(table, columns, body) } catch { throw Self.problem(path, error) }
    }

    /// A query for one row by its number; false where it cannot be read and damaged tables are taken.
    ///
    /// What `body` throws is its own here, too.
    func one(_ sql: String, _ number: Int64, body: (Row) throws -> Void) throws -> Bool {
        var failure: (any Error)?
        do {
            try connection.each(sql, number) { row in
                do { try body(row) } catch { failure = error }
                return false
            }
        } catch let error as StoreError where takesDamaged && Self.isDamage(error) {
            return false
        } catch {
            throw Self.problem(path, error)
        }
        if let failure { throw failure }
        return true
    }

    private func scan(_ table: String, _ columns: String, _ body: (Row) throws -> Void) throws {
        var progress = ScanProgress()
        while true {
            do {
                return try connection.each(
                    "SELECT \(columns) FROM main.\"\(table)\" NOT INDEXED WHERE rowid >= ? ORDER BY rowid",
                    progress.first
                ) { row in
                    if !takesDamaged || progress.takes(row.int64(0)) { try body(row) }
                    return true
                }
            } catch let error as StoreError where takesDamaged && Self.isDamage(error) {
                guard let next = try next(in: table, behind: progress.lastInOrder) else { return }
                progress.first = next
            }
        }
    }

    /// Numbers that are tried one by one behind damage: those of some damaged pages with readable ones between them.
    private static let nearNumbers: Int64 = 1000

    /// From where a table can be read behind damage; nil where nothing is left.
    ///
    /// Found one by one, then by leaps, and then between the last two of them.
    private func next(in table: String, behind last: Int64) throws -> Int64? {
        // Rows count from 1.
        let start = max(last, 0)
        var (unreadable, place) = (start, start)
        var found = Reach.damage
        while found == .damage {
            guard place <= Int64.max / 4 else { return nil }
            unreadable = place
            place += place - start < Self.nearNumbers ? 1 : place - start
            found = try reach(in: table, from: place)
        }
        while place - unreadable > 1 {
            let middle = unreadable + (place - unreadable) / 2
            let reach = try reach(in: table, from: middle)
            if reach == .damage { unreadable = middle } else { (place, found) = (middle, reach) }
        }
        return found == .row ? place : nil
    }

    private enum Reach { case row, end, damage }

    /// What is found first from `place` on.
    private func reach(in table: String, from place: Int64) throws -> Reach {
        do {
            let row = try connection.first(
                "SELECT rowid FROM main.\"\(table)\" NOT INDEXED WHERE rowid >= ? ORDER BY rowid LIMIT 1",
                place
            ) { $0.int64(0) }
            return row == nil ? .end : .row
        } catch let error as StoreError where Self.isDamage(error) {
            return .damage
        }
    }

    /// What the disk or the file has lost, unlike a lock.
    private static func isDamage(_ error: StoreError) -> Bool {
        switch error {
        case .damaged: true
        case .sqlite(let failure): failure.code == SQLITE_IOERR
        default: false
        }
    }

    /// The JSON in a column, nil where there is none; text that is no JSON is damage.
    func json(_ row: Row, _ column: Int32) throws -> JSON? {
        guard row.size(column) > 0 else { return nil }
        guard let json = row.json(column) else { throw damaged("a row of it is damaged") }
        return json
    }

    /// What did not come of a damaged table, or of a table with damaged rows, in words.
    func told(_ complaint: String?) -> String? {
        guard complaint != nil || lostRows > 0 else { return nil }
        let lost = lostRows > 0 ? "\(lostRows) rows are known to be missing" : "what is missing is not known"
        return
            "`\(path)`: \(complaint ?? "rows of it are damaged"). What can be read came, \(lost). \(Self.otherCopy)"
    }

    /// Said of what is not read a second time.
    static let otherCopy = "Where you have a good copy, take it over into another state directory"

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

/// How far a table has been read whose rows may tell any number.
private struct ScanProgress {
    /// Where the next reading begins.
    var first = Int64.min {
        didSet { ordered = max(ordered, first) }
    }
    private var ordered = Int64.min
    private var previous: Int64?
    private var taken: Set<Int64> = []

    /// The row behind which damage lies: one that a larger number follows tells its own, and the last may not.
    var lastInOrder: Int64 { ordered }

    /// False for a row that has been taken before.
    mutating func takes(_ number: Int64) -> Bool {
        if let previous, previous < number { ordered = max(ordered, previous) }
        previous = number
        return taken.insert(number).inserted
    }
}

extension ImportReport {
    /// Names a database of the original's that is to be read; false where there is none, or none of it can be read.
    mutating func begins(
        with path: String, as name: String, _ scope: ImportScope, on database: Database
    ) async throws -> Bool {
        guard scope.reaches(name) else { return false }
        do {
            guard try Folder.hasFile(path) else { return false }
            sources = [name]
            try await database.read { _ in try ForeignDatabase(path).check() }
            return true
        } catch let problem as ImportProblem {
            miss(scope.parts(of: name), problem)
            return false
        }
    }
}
