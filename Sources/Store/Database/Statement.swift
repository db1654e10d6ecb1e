import CSQLite

/// One prepared statement: owns its pointer, frees it when dropped, and does nothing else.
final class Statement {
    private let pointer: OpaquePointer
    let sql: String
    /// While its rows are being read, the same SQL needs a second statement.
    var isInUse = false

    /// Nil when SQLite refuses the text; its reason is then at the connection.
    init?(_ sql: String, on database: OpaquePointer) {
        var prepared: OpaquePointer?
        let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
        guard sqlite3_prepare_v3(database, sql, -1, flags, &prepared, nil) == SQLITE_OK, let prepared else {
            return nil
        }
        pointer = prepared
        self.sql = sql
    }

    deinit { sqlite3_finalize(pointer) }

    var parameterCount: Int { Int(sqlite3_bind_parameter_count(pointer)) }
    var changesTheDatabase: Bool { sqlite3_stmt_readonly(pointer) == 0 }

    func bind(_ value: SQLValue, at index: Int32) -> Int32 {
        switch value {
        case .null: sqlite3_bind_null(pointer, index)
        case .integer(let number): sqlite3_bind_int64(pointer, index, number)
        case .real(let number): sqlite3_bind_double(pointer, index, number)
        case .text(var text): text.withUTF8 { bind($0, at: index) }
        case .utf8(let bytes): bytes.withUnsafeBufferPointer { bind($0, at: index) }
        }
    }

    /// SQLite copies the bytes.
    ///
    /// An empty text needs an address too, or it would be bound as null.
    private func bind(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int32) -> Int32 {
        let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        guard let start = bytes.baseAddress, !bytes.isEmpty else {
            return sqlite3_bind_text(pointer, index, "", 0, copies)
        }
        return start.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
            sqlite3_bind_text64(pointer, index, $0, UInt64(bytes.count), copies, UInt8(SQLITE_UTF8))
        }
    }

    /// `SQLITE_ROW`, `SQLITE_DONE`, or an error's code.
    func step() -> Int32 { sqlite3_step(pointer) }

    /// Ready for the next use; lets go of the values, which may be large.
    func reset() {
        sqlite3_reset(pointer)
        sqlite3_clear_bindings(pointer)
    }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(pointer, column) == SQLITE_NULL }
    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(pointer, column) }
    func size(_ column: Int32) -> Int { Int(sqlite3_column_bytes(pointer, column)) }
    func real(_ column: Int32) -> Double { sqlite3_column_double(pointer, column) }

    /// Calls `body` with the column's UTF-8 bytes, which live until the next step.
    func withText<T>(_ column: Int32, _ body: (UnsafeBufferPointer<UInt8>) -> T) -> T {
        let start = sqlite3_column_text(pointer, column)
        let count = Int(sqlite3_column_bytes(pointer, column))
        return body(UnsafeBufferPointer(start: start, count: start == nil ? 0 : count))
    }

    /// The column's bytes as they are stored, text or not.
    func blob(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(pointer, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(pointer, column))))
    }
}
