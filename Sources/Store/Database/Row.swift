package import Core

/// The row a statement stands on; valid only inside the closure that is given it.
///
/// Columns count from 0.
package struct Row {
    let statement: Statement

    package func isNull(_ column: Int32) -> Bool { statement.isNull(column) }

    package func int64(_ column: Int32) -> Int64 { statement.integer(column) }
    package func int(_ column: Int32) -> Int { Int(clamping: statement.integer(column)) }
    package func bool(_ column: Int32) -> Bool { statement.integer(column) != 0 }
    package func double(_ column: Int32) -> Double { statement.real(column) }
    package func timestamp(_ column: Int32) -> Timestamp {
        Timestamp(milliseconds: statement.integer(column))
    }

    package func text(_ column: Int32) -> String {
        statement.withText(column) { String(decoding: $0, as: UTF8.self) }
    }

    /// The text's UTF-8 bytes, not decoded.
    package func utf8(_ column: Int32) -> [UInt8] { statement.withText(column) { Array($0) } }
    /// Bytes in the column.
    func size(_ column: Int32) -> Int { statement.size(column) }
    package func blob(_ column: Int32) -> [UInt8] { statement.blob(column) }

    package func optionalInt64(_ column: Int32) -> Int64? { isNull(column) ? nil : int64(column) }
    package func optionalInt(_ column: Int32) -> Int? { isNull(column) ? nil : int(column) }
    package func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }
    package func optionalTimestamp(_ column: Int32) -> Timestamp? { isNull(column) ? nil : timestamp(column) }

    /// The JSON value stored in the column; nil for null, and for text that is not JSON.
    package func json(_ column: Int32) -> JSON? {
        guard !isNull(column) else { return nil }
        return try? JSON.parse(utf8(column))
    }

    package func id<ID: StringID>(_ column: Int32, as _: ID.Type = ID.self) -> ID { ID(text(column)) }
    package func optionalID<ID: StringID>(_ column: Int32, as _: ID.Type = ID.self) -> ID? {
        isNull(column) ? nil : ID(text(column))
    }
}
