import CSQLite

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A connection to one SQLite database, seen only inside the closures of `Database.read` and `Database.write`.
package final class Connection {
    private let pointer: OpaquePointer
    let path: String
    private var statements: [SQLText: Statement] = [:]
    /// Set while a `read` runs: a statement that would change something is then a mistake in this program.
    var isReadOnly = false

    /// Prepared statements kept for reuse.
    ///
    /// The house has about 120 different ones; beyond that somebody builds SQL by hand.
    private static let mostStatements = 200

    /// Takes over a handle that `ConnectionOpening` made.
    init(owning pointer: OpaquePointer, path: String) {
        self.pointer = pointer
        self.path = path
    }

    deinit { close() }

    private(set) var isClosed = false

    /// The last connection to close also checkpoints the log into the database.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        statements = [:]
        sqlite3_close_v2(pointer)
    }

    var isInTransaction: Bool { !isClosed && sqlite3_get_autocommit(pointer) == 0 }

    /// Lets go of the statements and pages that are kept for speed.
    func releaseMemory() {
        statements = [:]
        if !isClosed { sqlite3_db_release_memory(pointer) }
    }

    /// Bytes of pages and statements that are kept now.
    var memoryInUse: Int {
        guard !isClosed else { return 0 }
        return [SQLITE_DBSTATUS_CACHE_USED, SQLITE_DBSTATUS_STMT_USED].reduce(0) { sum, what in
            var (bytes, highest): (Int32, Int32) = (0, 0)
            sqlite3_db_status(pointer, what, &bytes, &highest, 0)
            return sum + Int(bytes)
        }
    }

    /// Pages that had to be read from the disk so far.
    var pagesRead: Int {
        var (count, highest): (Int32, Int32) = (0, 0)
        if !isClosed { sqlite3_db_status(pointer, SQLITE_DBSTATUS_CACHE_MISS, &count, &highest, 0) }
        return Int(count)
    }

    /// The key that the last insert got.
    package var lastInsertedID: Int64 { isClosed ? 0 : sqlite3_last_insert_rowid(pointer) }

    // MARK: Statements

    /// Runs a statement without rows and returns how many rows it changed.
    @discardableResult
    package func run(_ sql: String, _ values: any SQLBindable...) throws -> Int {
        try use(sql, values) { statement in
            while try step(statement) {}
            return Int(sqlite3_changes(pointer))
        }
    }

    /// All rows, in order.
    package func rows<T>(_ sql: String, _ values: any SQLBindable..., map: (Row) throws -> T) throws -> [T] {
        try use(sql, values) { statement in
            var rows: [T] = []
            while try step(statement) { rows.append(try map(Row(statement: statement))) }
            return rows
        }
    }

    /// The first row, or nil when there is none.
    package func first<T>(_ sql: String, _ values: any SQLBindable..., map: (Row) throws -> T) throws -> T? {
        try use(sql, values) { statement in
            try step(statement) ? map(Row(statement: statement)) : nil
        }
    }

    /// Row by row, without keeping them; stops when `body` returns false.
    package func each(_ sql: String, _ values: any SQLBindable..., body: (Row) throws -> Bool) throws {
        try each(sql, values: values, body: body)
    }

    func each(_ sql: String, values: [any SQLBindable], body: (Row) throws -> Bool) throws {
        try use(sql, values) { statement in
            while try step(statement), try body(Row(statement: statement)) {}
        }
    }

    private func use<T>(
        _ sql: String, _ values: [any SQLBindable], _ body: (Statement) throws -> T
    ) throws -> T {
        let statement = try prepared(sql)
        precondition(
            !isReadOnly || !statement.changesTheDatabase, "A read must not change the database: \(sql)")
        precondition(
            statement.parameterCount == values.count, "The values do not match the statement: \(sql)")
        statement.isInUse = true
        defer {
            statement.reset()
            statement.isInUse = false
        }
        for (index, value) in values.enumerated() {
            try check(statement.bind(value.sqlValue, at: Int32(index + 1)), sql)
        }
        return try body(statement)
    }

    private func prepared(_ sql: String) throws -> Statement {
        guard !isClosed else { throw StoreError.closed }
        let key = SQLText(text: sql)
        let known = statements[key]
        if let known, !known.isInUse { return known }
        guard let statement = Statement(sql, on: pointer) else { throw failure(sql) }
        if known == nil {
            if statements.count >= Self.mostStatements { statements = statements.filter { $0.value.isInUse } }
            statements[key] = statement
        }
        return statement
    }

    private func step(_ statement: Statement) throws -> Bool {
        switch statement.step() {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw failure(statement.sql)
        }
    }

    // MARK: Errors

    private func check(_ code: Int32, _ sql: String) throws {
        if code != SQLITE_OK { throw failure(sql) }
    }

    /// What SQLite says about the call that has just failed.
    private func failure(_ sql: String) -> StoreError {
        let failure = SQLiteFailure(
            code: sqlite3_errcode(pointer) & 0xFF, extendedCode: sqlite3_extended_errcode(pointer),
            message: String(cString: sqlite3_errmsg(pointer)), sql: sql)
        return switch failure.code {
        case SQLITE_CONSTRAINT: .constraint(failure)
        case SQLITE_BUSY, SQLITE_LOCKED: .alreadyOpen(path: path)
        case SQLITE_FULL: .full(path: path)
        case SQLITE_READONLY: .readOnly(path: path)
        case SQLITE_IOERR where canOnlyBeRead: .readOnly(path: path)
        case SQLITE_CORRUPT, SQLITE_NOTADB: .damaged(path: path, detail: failure.message)
        default: .sqlite(failure)
        }
    }
}

extension Connection {
    /// Whether the file system takes no new file: ext4 after an error says so to nobody but who writes.
    ///
    /// The database itself may not be opened to see it: closing it again would give up the locks on it.
    fileprivate var canOnlyBeRead: Bool {
        let trial = path + ".trial"
        let descriptor = openFile(trial, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return errno == EROFS }
        closeFile(descriptor)
        unlink(trial)
        return false
    }
}

/// A statement's text as a key: texts are long and few, so their lengths tell nearly all of them apart.
private struct SQLText: Hashable {
    let text: String

    func hash(into hasher: inout Hasher) { hasher.combine(text.utf8.count) }
}
