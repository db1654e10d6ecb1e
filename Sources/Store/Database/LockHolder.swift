#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Who holds a lock on a file, by `fcntl` (POSIX record locks, which SQLite takes).
enum LockHolder {
    /// Nil when nobody does, or the holder lives in a process namespace of its own.
    ///
    /// Not for a file that this process itself has locked: closing any descriptor of it would let the locks go.
    static func pid(of path: String) -> Int? {
        let descriptor = openFile(path, O_RDONLY | O_CLOEXEC, 0)
        guard descriptor >= 0 else { return nil }
        defer { closeFile(descriptor) }
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        guard fcntl(descriptor, F_GETLK, &lock) == 0, lock.l_type != Int16(F_UNLCK), lock.l_pid > 0 else {
            return nil
        }
        return Int(lock.l_pid)
    }
}
