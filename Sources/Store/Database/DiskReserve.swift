import CSystem
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Room on the disk that is kept in a file of its own, for what has begun when the disk gets full.
///
/// A message that a platform has must be written down, or it is sent again after a crash. When the disk has no room for
/// that, the file is cut shorter, and the write is done once more in what is free then.
package final class DiskReserve: Sendable {
    private let path: String
    private let state: Mutex<State>

    private struct State {
        var heldBytes: Int64
        var isTapped = false
    }

    /// What is given back at once: about six writes.
    private static let piece: Int64 = 256 << 10

    /// The file may be there from an earlier time; it is made by `fill`.
    init(path: String) {
        self.path = path
        var status = stat()
        state = Mutex(State(heldBytes: stat(path, &status) == 0 ? Int64(status.st_size) : 0))
    }

    /// Whether some of it was needed since it was last filled.
    package var isTapped: Bool { state.withLock(\.isTapped) }

    /// Makes it as large as `bytes` again, and no smaller than it is; about 50 µs when something is missing.
    ///
    /// Where the disk refuses, it stays tapped. Where a file system cannot keep room for a file there is no reserve.
    package func fill(to bytes: Int64) {
        state.withLock { state in
            guard state.isTapped || state.heldBytes < bytes else { return }
            let code = Self.withFile(path) { csystem_keep_room($0, max(bytes, state.heldBytes)) }
            switch code {
            case 0: state = State(heldBytes: max(bytes, state.heldBytes))
            case ENOSPC, EDQUOT: break
            default: state.isTapped = false
            }
        }
    }

    /// Leaves a piece of it to what must be written now; false when nothing is left.
    package func giveBack() -> Bool {
        state.withLock { state in
            let left = max(state.heldBytes - Self.piece, 0)
            guard state.heldBytes > 0, Self.withFile(path, { ftruncate($0, off_t(left)) }) == 0 else {
                return false
            }
            state = State(heldBytes: left, isTapped: true)
            return true
        }
    }

    /// What `body` gave, or the system's error when the file cannot be opened.
    private static func withFile(_ path: String, _ body: (Int32) -> Int32) -> Int32 {
        let descriptor = openFile(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return errno }
        defer { closeFile(descriptor) }
        return body(descriptor)
    }
}
