import Core
import Gateway
import Store
import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Makes sure that one gateway runs on a state directory: an advisory lock that the kernel releases with the process.
///
/// The JSON inside tells people and commands. Deleting the file while the gateway runs harms nothing: the database holds a
/// second lock that `rm` cannot take away, and the file is made anew.
final class GatewayLock {
    let path: String
    /// Whether it says something of a state directory that it is not in.
    let isOutside: Bool
    private let configPath: String
    private var descriptor: CInt
    private var listener: Listener?
    /// Whether the file has taken what it is to say: a full disk takes nothing.
    private var isWritten = false

    enum Failure: Error {
        /// Another process holds the lock; its pid where the file names one.
        case held(pid: Int?)
        case cannotOpen(path: String, reason: String)
    }

    /// How long to wait for another gateway that may be stopping just now.
    static let patience = Duration.seconds(5)

    /// Tries once.
    convenience init(stateDirectory: String, configPath: String) throws(Failure) {
        try self.init(
            path: Self.path(stateDirectory: stateDirectory, configPath: configPath), configPath: configPath,
            database: Self.database(stateDirectory))
    }

    /// Where a gateway says where it listens whose state directory can only be read.
    static func outside(stateDirectory: String, configPath: String) throws(Failure) -> GatewayLock {
        try GatewayLock(
            path: outsidePath(stateDirectory: stateDirectory, configPath: configPath), configPath: configPath,
            isOutside: true)
    }

    private init(
        path: String, configPath: String, database: String? = nil, isOutside: Bool = false
    ) throws(Failure) {
        self.path = path
        self.configPath = configPath
        self.isOutside = isOutside
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw .cannotOpen(path: path, reason: String(cString: strerror(errno)))
        }
        if let failure = Self.take(descriptor, database) {
            close(descriptor)
            throw failure
        }
        write()
    }

    /// Where the file system knows no locks, the one on the database counts.
    private static func take(_ descriptor: CInt, _ database: String?) -> Failure? {
        switch isHeld(descriptor, asking: LOCK_EX) {
        case true: return .held(pid: pid(in: descriptor))
        case false: return nil
        case nil:
            let holder = database.flatMap(Database.holder)
            return holder?.isAlone == true ? .held(pid: holder?.pid) : nil
        }
    }

    /// Whether another process holds a lock that keeps this one out, which is held here from now on if not.
    ///
    /// Nil where the file system knows no locks, as some over a network.
    private static func isHeld(_ descriptor: CInt, asking kind: CInt) -> Bool? {
        if flock(descriptor, kind | LOCK_NB) == 0 { return false }
        return errno == EWOULDBLOCK ? true : nil
    }

    private static func database(_ stateDirectory: String) -> String { "\(stateDirectory)/openclaw.sqlite" }

    private static func path(stateDirectory: String, configPath: String) -> String {
        let digest = Digest.hex(Digest.sha1(Array(configPath.utf8)))
        return "\(stateDirectory)/gateway.\(digest.prefix(8)).lock"
    }

    /// In a folder that every user has and where none can replace what another has made.
    private static func outsidePath(stateDirectory: String, configPath: String) -> String {
        let digest = Digest.hex(Digest.sha1(Array("\(stateDirectory)\n\(configPath)".utf8)))
        return "/tmp/openclaw-\(geteuid()).\(digest.prefix(16)).lock"
    }

    private struct Place {
        var path: String
        /// Whether other users may have put a file there.
        var isShared: Bool
    }

    private static func places(stateDirectory: String, configPath: String) -> [Place] {
        [
            Place(path: path(stateDirectory: stateDirectory, configPath: configPath), isShared: false),
            Place(path: outsidePath(stateDirectory: stateDirectory, configPath: configPath), isShared: true),
        ]
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

    /// Tells commands what only this process's flags may have said.
    func tell(_ listener: Listener) {
        self.listener = listener
        write()
    }

    /// Makes the file anew where somebody has removed or replaced it; it appears locked, and says all.
    ///
    /// False when that could not be done now.
    func keep() -> Bool {
        guard descriptor >= 0 else { return true }
        if Self.isSameFile(descriptor, path) {
            if !isWritten { write() }
            return isWritten
        }
        let fresh = "\(path).\(getpid())"
        unlink(fresh)
        let made = open(fresh, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard made >= 0 else { return false }
        let old = descriptor
        descriptor = made
        write()
        guard isWritten, Self.isHeld(made, asking: LOCK_EX) != true, rename(fresh, path) == 0 else {
            unlink(fresh)
            close(made)
            descriptor = old
            return false
        }
        close(old)
        return true
    }

    private static func isSameFile(_ descriptor: CInt, _ path: String, followsLink: Bool = false) -> Bool {
        var (open, named) = (stat(), stat())
        return fstat(descriptor, &open) == 0
            && fstatat(AT_FDCWD, path, &named, followsLink ? 0 : AT_SYMLINK_NOFOLLOW) == 0
            && open.st_ino == named.st_ino && open.st_dev == named.st_dev
    }

    /// Where a gateway listens.
    struct Listener {
        /// Where clients on this machine find it.
        var host: String
        var port: Int
        var isLoopback: Bool
        /// `port 18789 for this machine only (…); asks for token`.
        var description: String

        init(host: String, port: Int, isLoopback: Bool, description: String) {
            self.host = host
            self.port = port
            self.isLoopback = isLoopback
            self.description = description
        }

        /// From a lock file; nil when it does not say.
        fileprivate init?(_ object: JSON) {
            guard let port = object["port"]?.intValue, (1...65535).contains(port) else { return nil }
            self.init(
                host: object["host"]?.stringValue ?? "127.0.0.1", port: port,
                isLoopback: object["isLoopback"]?.boolValue ?? false,
                description: object["listens"]?.stringValue ?? "port \(port)")
        }
    }

    /// Who a lock file says something of.
    enum State: Equatable {
        /// A gateway that runs; its pid where it is one of the processes that are seen from here.
        case held(pid: Int?)
        /// One that is gone.
        case leftBehind(path: String)
    }

    /// Nil when no gateway runs and there is no lock file, or none that this user may read.
    ///
    /// Not for the gateway itself: it would lose the lock on its database.
    static func state(stateDirectory: String, configPath: String) -> State? {
        let states = places(stateDirectory: stateDirectory, configPath: configPath).compactMap { place in
            look(into: place) { descriptor, isHeld -> State? in
                guard isHeld == true else { return .leftBehind(path: place.path) }
                // Containers may share the state directory, and count their processes each for itself.
                return .held(
                    pid: place.isShared
                        ? pid(in: descriptor)
                        : Database.holder(of: database(stateDirectory))?.pid ?? opener(of: descriptor))
            }
        }
        if let held = states.first(where: { if case .held = $0 { true } else { false } }) { return held }
        // Somebody may have removed the file of one that runs.
        if let holder = Database.holder(of: database(stateDirectory)), holder.isAlone {
            return .held(pid: holder.pid)
        }
        return states.first
    }

    /// Where the gateway listens that runs on this state directory and config; nil when none runs or it does not say.
    static func listener(stateDirectory: String, configPath: String) -> Listener? {
        places(stateDirectory: stateDirectory, configPath: configPath).lazy.compactMap { place in
            look(into: place) { descriptor, isHeld in
                // Whoever left the file behind is gone when the lock can be had.
                isHeld == false ? nil : object(in: descriptor).flatMap(Listener.init)
            }
        }.first
    }

    /// Nil for a file that is not there, or that another user has put there.
    private static func look<Result>(
        into place: Place, _ body: (_ descriptor: CInt, _ isHeld: Bool?) -> Result?
    ) -> Result? {
        let descriptor = open(place.path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, !place.isShared || status.st_uid == geteuid() else {
            return nil
        }
        return body(descriptor, isHeld(descriptor, asking: LOCK_SH))
    }

    private func write() {
        var object: JSONObject = [
            "pid": JSON(Int(getpid())), "createdAt": .string(Timestamp.now.iso8601),
            "configPath": .string(configPath),
        ]
        if let listener {
            object["host"] = .string(listener.host)
            object["port"] = JSON(listener.port)
            object["isLoopback"] = .bool(listener.isLoopback)
            object["listens"] = .string(listener.description)
        }
        let bytes = JSON.object(object).encoded()
        // What is there gives its room to what comes, also on a full disk.
        lseek(descriptor, 0, SEEK_SET)
        isWritten = writeAll(bytes, to: descriptor) && ftruncate(descriptor, off_t(bytes.count)) == 0
    }

    private static func pid(in descriptor: CInt) -> Int? { object(in: descriptor)?["pid"]?.intValue }

    /// The process that the file names, where it is one of those here and has the file open: its database may be gone.
    private static func opener(of descriptor: CInt) -> Int? {
        guard let pid = pid(in: descriptor) else { return nil }
        let folder = "/proc/\(pid)/fd"
        let isOpen = FolderListing.names(in: folder).contains { name in
            isSameFile(descriptor, "\(folder)/\(name)", followsLink: true)
        }
        return isOpen ? pid : nil
    }

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
