/// A SQLite database of the original, opened to read only.
///
/// What goes wrong is told as an `ImportProblem`.
struct ForeignDatabase {
    let path: String
    private let connection: Connection

    init(_ path: String) throws(ImportProblem) {
        self.path = path
        do {
            connection = try Connection.openForeign(path)
        } catch {
            throw ImportProblem(text: "`\(path)` was left out: \(error)")
        }
    }

    /// Runs a query; a table that this version of the original does not have is a problem, not a crash.
    func each(_ sql: String, _ values: [SQLValue] = [], body: (Row) throws -> Bool) throws {
        do {
            try connection.each(sql, values: values, body: body)
        } catch let error as StoreError {
            throw ImportProblem(text: "`\(path)` could not be read: \(error)")
        }
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
