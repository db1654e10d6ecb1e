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
    private let configPath: String
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
        path = Self.path(stateDirectory: stateDirectory, configPath: configPath)
        self.configPath = configPath
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .cannotOpen(path: path, reason: String(cString: strerror(errno)))
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let pid = Self.pid(in: descriptor)
            close(descriptor)
            throw .held(pid: pid)
        }
        write()
    }

    private static func path(stateDirectory: String, configPath: String) -> String {
        let digest = Digest.hex(Digest.sha1(Array(configPath.utf8)))
        return "\(stateDirectory)/gateway.\(digest.prefix(8)).lock"
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

    /// Tells commands that know the port from nowhere else, for example when only `--port` named it.
    func tell(port: Int) { write(port: port) }

    /// Who a lock file says something of.
    enum State: Equatable {
        /// A gateway that runs; its pid where the file names one.
        case held(pid: Int?)
        /// One that is gone.
        case leftBehind(path: String)
    }

    /// Nil when there is no lock file, or none that this user may read.
    static func state(stateDirectory: String, configPath: String) -> State? {
        let path = path(stateDirectory: stateDirectory, configPath: configPath)
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_SH | LOCK_NB) != 0 else { return .leftBehind(path: path) }
        return .held(pid: pid(in: descriptor))
    }

    /// The port of the gateway that runs on this state directory and config; nil when none runs or it does not say.
    static func runningPort(stateDirectory: String, configPath: String) -> Int? {
        let descriptor = open(
            path(stateDirectory: stateDirectory, configPath: configPath), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        // Whoever left the file behind is gone when the lock can be had.
        guard flock(descriptor, LOCK_SH | LOCK_NB) != 0 else { return nil }
        return object(in: descriptor)?["port"]?.intValue.flatMap { (1...65535).contains($0) ? $0 : nil }
    }

    private func write(port: Int? = nil) {
        var object: JSONObject = [
            "pid": JSON(Int(getpid())), "createdAt": .string(Timestamp.now.iso8601),
            "configPath": .string(configPath),
        ]
        object["port"] = port.map { JSON($0) }
        ftruncate(descriptor, 0)
        lseek(descriptor, 0, SEEK_SET)
        writeAll(JSON.object(object).encoded(), to: descriptor)
    }

    private static func pid(in descriptor: CInt) -> Int? { object(in: descriptor)?["pid"]?.intValue }

    /// Nil for an empty or foreign file: the lock itself is what counts.
    private static func object(in descriptor: CInt) -> JSON? {
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        // What is no JSON was written by nobody we know.
        return count > 0 ? try? JSON.parse(Array(bytes[..<count])) : nil
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }
}
