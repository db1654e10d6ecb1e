import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Lets one process at a time change the config file, so that each starts from what the one before it wrote.
///
/// The lock is on an empty file beside it, for the config file itself is replaced; the kernel releases it with the
/// process.
@MainActor
enum ConfigLock {
    /// A change takes milliseconds, on a slow disk a second.
    private static let patience = Duration.seconds(10)
    private static let pause = Duration.milliseconds(10)

    /// Runs `change` while no other process changes the file at `path`, and waits for one that does.
    static func holding<T>(
        _ path: String, _ change: () throws(ConfigWriteError) -> T
    ) async throws(ConfigWriteError) -> T {
        let descriptor: CInt
        do throws(FileError) { descriptor = try self.descriptor(besides: PrivateFile.resolved(path)) } catch {
            throw ConfigWriteError(error)
        }
        defer { close(descriptor) }
        let deadline = ContinuousClock.now + patience
        // Some network file systems know no locks: there it goes without.
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK || errno == EINTR {
            guard ContinuousClock.now < deadline else {
                throw ConfigWriteError(
                    "another process has been changing the config file for \(patience.text); try again")
            }
            do { try await Task.sleep(for: pause) } catch {
                throw ConfigWriteError("another process is changing the config file; try again")
            }
        }
        return try change()
    }

    private static func descriptor(besides path: String) throws(FileError) -> CInt {
        let folder = PrivateFile.folder(of: path)
        try PrivateFile.makeFolder(folder)
        let lock = "\(folder)/.\(path.split(separator: "/").last ?? "file").lock"
        // Never through a link: whoever made it would be given the file it leads to.
        let made = open(lock, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        if made >= 0 {
            PrivateFile.keepOwner(of: path, for: made)
            return made
        }
        let refusal = FileError("make", lock)
        let known = open(lock, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard known >= 0 else { throw errno == ENOENT ? refusal : FileError("open", lock) }
        return known
    }
}
