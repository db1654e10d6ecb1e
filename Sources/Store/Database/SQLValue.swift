package import Core

/// A value as SQLite stores it.
package enum SQLValue: Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    /// Text that is UTF-8 already, such as encoded JSON.
    case utf8([UInt8])
}

/// What may stand for a `?` in a statement.
package protocol SQLBindable {
    var sqlValue: SQLValue { get }
}

extension SQLValue: SQLBindable {
    package var sqlValue: SQLValue { self }
}

extension Int: SQLBindable {
    package var sqlValue: SQLValue { .integer(Int64(self)) }
}

extension Int64: SQLBindable {
    package var sqlValue: SQLValue { .integer(self) }
}

extension Double: SQLBindable {
    package var sqlValue: SQLValue { .real(self) }
}

extension Bool: SQLBindable {
    package var sqlValue: SQLValue { .integer(self ? 1 : 0) }
}

extension String: SQLBindable {
    package var sqlValue: SQLValue { .text(self) }
}

extension Timestamp: SQLBindable {
    package var sqlValue: SQLValue { .integer(milliseconds) }
}

extension JSON: SQLBindable {
    package var sqlValue: SQLValue { .utf8(encoded()) }
}

extension StringID where Self: SQLBindable {
    package var sqlValue: SQLValue { .text(rawValue) }
}

extension AgentID: SQLBindable {}
extension SessionID: SQLBindable {}
extension SessionKey: SQLBindable {}
extension RunID: SQLBindable {}
extension MessageID: SQLBindable {}
extension ChannelID: SQLBindable {}

extension Optional: SQLBindable where Wrapped: SQLBindable {
    package var sqlValue: SQLValue { self?.sqlValue ?? .null }
}
