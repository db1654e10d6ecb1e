/// Writes the body of an answer piece by piece, as fast as the client reads it.
@MainActor
package final class BodyWriter {
    private var connection: HTTPConnection?
    private var waiting: CheckedContinuation<Void, Never>?

    init(_ connection: HTTPConnection) { self.connection = connection }

    /// Whether the client is still there.
    package var isOpen: Bool { connection != nil }

    /// Sends a piece; waits while the client is behind by more than 64 KiB.
    package func write(_ bytes: [UInt8]) async throws(PeerGone) {
        guard let connection else { throw PeerGone() }
        connection.writePiece(bytes.count) { transport in transport.send(bytes) }
        try await waitForRoom()
    }

    /// Sends a piece without copying it; waits while the client is behind by more than 64 KiB.
    package func write(_ bytes: SharedBytes) async throws(PeerGone) {
        guard let connection else { throw PeerGone() }
        connection.writePiece(bytes.count) { transport in transport.send(bytes) }
        try await waitForRoom()
    }

    /// Sends text; waits while the client is behind by more than 64 KiB.
    package func write(_ text: String) async throws(PeerGone) { try await write(Array(text.utf8)) }

    private func waitForRoom() async throws(PeerGone) {
        guard let connection, connection.isFull else { return }
        await withCheckedContinuation { waiting = $0 }
        guard isOpen else { throw PeerGone() }
    }

    /// There is room again.
    func resume() {
        waiting?.resume()
        waiting = nil
    }

    /// The answer is over, or the client has left.
    func end() {
        connection = nil
        resume()
    }
}

/// The client has closed the connection.
package struct PeerGone: Error {}
