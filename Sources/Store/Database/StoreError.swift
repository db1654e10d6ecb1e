import CSQLite

/// What the database could not do.
///
/// The description is for people: what happened, why, and what to do.
package enum StoreError: Error, Sendable, Equatable {
    /// Another process holds the database. Known at once, not after a timeout.
    case alreadyOpen(path: String)
    /// A newer program has written steps that this one does not know.
    case newerDatabase(path: String, unknownMigrations: [String])
    /// The database would not keep what it says it has kept.
    case notDurable(path: String, reason: String)
    case cannotOpen(path: String, reason: String)
    case sqlite(SQLiteFailure)
    /// A unique, foreign key or check rule refused the row.
    case constraint(SQLiteFailure)
    case full(path: String)
    /// The file system has become read-only, as it does when it finds itself damaged.
    case readOnly(path: String)
    case damaged(path: String, detail: String)
    /// Somebody has removed the file or put another one in its place since it was opened.
    case replaced(path: String)
    /// The database was closed before this call.
    case closed
    /// Another session has the label already.
    case labelInUse(String)
    /// The key has another conversation than the one that is meant.
    case sessionChanged
    /// The session's `sendPolicy` is `deny`.
    case sendingDenied
}

/// One refusal of SQLite, with the statement but never its values.
package struct SQLiteFailure: Sendable, Hashable {
    package var code: Int32
    package var extendedCode: Int32
    package var message: String
    package var sql: String?
}

extension StoreError {
    /// Whether writing anything else would fail too.
    package var isOfTheDisk: Bool {
        switch self {
        case .full, .readOnly, .damaged, .replaced: true
        case .sqlite(let failure):
            [SQLITE_IOERR, SQLITE_CANTOPEN].contains(failure.code & 0xFF)
        default: false
        }
    }
}

extension StoreError {
    var refusalReason: Database.RefusalReason? {
        switch self {
        case .full: .full
        case .readOnly: .readOnly
        default: nil
        }
    }
}

extension StoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .alreadyOpen(let path):
            "The database `\(path)` is open in another process. Stop the other gateway, or use another `OPENCLAW_STATE_DIR`."
        case .newerDatabase(let path, let unknown):
            "The database `\(path)` was written by a newer version (it has \(Self.quoted(unknown))). Install that version or a later one; nothing was changed."
        case .notDurable(let path, let reason):
            "The database `\(path)` cannot keep messages safe here: \(reason). Put `OPENCLAW_STATE_DIR` on a local disk or volume."
        case .cannotOpen(let path, let reason):
            "The database `\(path)` cannot be opened: \(reason). Check that the folder exists and belongs to the user who runs the gateway."
        case .sqlite(let failure), .constraint(let failure):
            "The database refused a statement: \(failure.message) (code \(failure.extendedCode))."
        case .full(let path):
            "The disk that holds `\(path)` is full. Free some space; nothing that was confirmed is lost."
        case .readOnly(let path):
            "The disk that holds `\(path)` can only be read. Check it for damage and mount it for writing again; nothing that was confirmed is lost."
        case .damaged(let path, let detail):
            "The database `\(path)` is damaged: \(detail). Stop the gateway, move `\(path)` and all files whose names begin like it away, and put a backup in their place."
        case .replaced(let path):
            "The database `\(path)` was removed or replaced while the gateway ran, so nothing more can be kept. Restart the gateway once the right file is in place."
        case .closed:
            "The database is closed, because the gateway is stopping."
        case .labelInUse(let label):
            "label already in use: \(label)"
        case .sessionChanged:
            "the session has begun another conversation"
        case .sendingDenied:
            "send blocked by session policy"
        }
    }

    private static func quoted(_ names: [String]) -> String {
        names.prefix(3).map { "`\($0)`" }.joined(separator: ", ") + (names.count > 3 ? " and others" : "")
    }
}
