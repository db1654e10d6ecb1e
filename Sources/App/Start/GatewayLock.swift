import Core
import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Makes sure that one gateway runs on a state directory: an advisory lock that the kernel releases with the process.
///
/// The JSON inside is for people. Deleting the file while the gateway runs harms nothing: the database holds a second
/// lock that `rm` cannot take away.
final class GatewayLock {
    let path: String
    private var descriptor: CInt

    enum Failure: Error {
        /// Another process holds the lock; its pid where the file names one.
        case held(pid: Int?)
        case cannotOpen(path: String, reason: String)
    }

    /// How long to wait for another gateway that may be stopping just now.
    static let patience = Duration.seconds(5)

    /// Tries once.
    init(stateDirectory: String, configPath: String) throws(Failure) {
        let digest = Digest.hex(Digest.sha1(Array(configPath.utf8)))
        path = "\(stateDirectory)/gateway.\(digest.prefix(8)).lock"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .cannotOpen(path: path, reason: String(cString: strerror(errno)))
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let pid = Self.pid(in: descriptor)
            close(descriptor)
            throw .held(pid: pid)
        }
        write(configPath: configPath)
    }

    /// Waits up to `patience` for the holder to go.
    static func acquire(
        stateDirectory: String, configPath: String, patience: Duration = patience
    ) async throws -> GatewayLock {
        let deadline = ContinuousClock.now + patience
        while true {
            do throws(Failure) {
                return try GatewayLock(stateDirectory: stateDirectory, configPath: configPath)
            } catch {
                guard case .held = error, ContinuousClock.now < deadline else { throw error }
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Removes the file and lets go; what holds the lock is the descriptor, so the order leaves no gap.
    func release() {
        guard descriptor >= 0 else { return }
        unlink(path)
        close(descriptor)
        descriptor = -1
    }

    private func write(configPath: String) {
        let object: JSON = [
            "pid": JSON(Int(getpid())), "createdAt": .string(Timestamp.now.iso8601),
            "configPath": .string(configPath),
        ]
        ftruncate(descriptor, 0)
        writeAll(object.encoded(), to: descriptor)
    }

    private static func pid(in descriptor: CInt) -> Int? {
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0, let object = try? JSON.parse(Array(bytes[..<count])) else {
            return nil  // an empty or foreign file: the lock itself is what counts
        }
        return object["pid"]?.intValue
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }
}
