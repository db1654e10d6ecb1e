/// The log that is open beside the database.
///
/// Once somebody has removed it, what it holds is there only as long as this process is.
final class OpenLog {
    private let connection: Connection
    private let tell: (String) -> Void
    private let path: String
    private var file: OpenedFile?

    init(_ connection: Connection, tell: @escaping (String) -> Void) {
        self.connection = connection
        self.tell = tell
        path = "\(connection.path)-wal"
        file = OpenedFile(path)
    }

    /// Something was written: from now on it is the one that lies there.
    func note() { file = file ?? OpenedFile(path) }

    /// Where it is gone, what it holds is moved into the database, and a new one is begun.
    func keep() throws {
        guard file?.isInPlace == false else { return }
        try connection.renewLog()
        file = nil
        tell(
            "`\(path)` was removed or replaced while the gateway ran; what it held was saved, and a new one is begun"
        )
    }
}
