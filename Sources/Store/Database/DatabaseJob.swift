/// One call of `read` or `write`, waiting for its turn on the database's thread.
class DatabaseJob: @unchecked Sendable {
    let kind: Kind
    init(_ kind: Kind) { self.kind = kind }

    var isWrite: Bool { kind == .write || kind == .record }

    enum Kind: Sendable {
        case read, write
        /// Looks whether the files are where they were opened.
        case look
        /// A write of what has happened already: it may use the reserve.
        case record
        /// Runs after the writes that were queued with it, in no transaction.
        case upkeep
        /// The last one: runs after everything that was queued with it.
        case closing
    }

    /// Runs the closure and keeps what it gave; false when it threw.
    ///
    /// Of a write that is performed again only the last run counts.
    func perform(on connection: Connection) -> Bool { false }

    /// What the closure threw when it was last performed.
    var failure: (any Error)? { nil }

    /// Lets the caller go on, with what the closure gave, or with `error` when the transaction did not reach the disk.
    func settle(_ error: (any Error)?) {}
}

/// Touched by the caller before it is queued and by the database's thread afterwards, never by both at once.
final class ClosureJob<T: Sendable>: DatabaseJob, @unchecked Sendable {
    private let body: @Sendable (Connection) throws -> T
    private let continuation: UnsafeContinuation<T, any Error>
    private var result: Result<T, any Error>?

    init(
        _ kind: Kind, body: @escaping @Sendable (Connection) throws -> T,
        continuation: UnsafeContinuation<T, any Error>
    ) {
        self.body = body
        self.continuation = continuation
        super.init(kind)
    }

    override func perform(on connection: Connection) -> Bool {
        do {
            result = .success(try body(connection))
            return true
        } catch {
            result = .failure(error)
            return false
        }
    }

    override var failure: (any Error)? {
        if case .failure(let error) = result { error } else { nil }
    }

    override func settle(_ error: (any Error)?) {
        if let error {
            continuation.resume(throwing: error)
        } else {
            continuation.resume(with: result ?? .failure(StoreError.closed))
        }
    }
}

/// Empties the connection's caches; nobody waits for it.
final class MemoryRelease: DatabaseJob, @unchecked Sendable {
    init() { super.init(.read) }

    override func perform(on connection: Connection) -> Bool {
        connection.releaseMemory()
        return true
    }
}
