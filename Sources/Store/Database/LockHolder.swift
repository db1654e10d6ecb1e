#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Who holds a lock on a file, by `fcntl` (POSIX record locks, which SQLite takes).
package struct LockHolder: Sendable, Hashable {
    /// Nil when it lives in a process namespace of its own.
    package let pid: Int?
    /// ` (pid 7)`, or nothing.
    package var pidText: String { pid.map { " (pid \($0))" } ?? "" }
    /// Whether it lets nobody else in, as a gateway does; what only reads a database shares it.
    package let isAlone: Bool

    /// Nil when nobody does.
    ///
    /// Not for a file that this process itself has locked: closing any descriptor of it would let the locks go.
    static func find(of path: String) -> LockHolder? {
        let descriptor = openFile(path, O_RDONLY | O_CLOEXEC, 0)
        guard descriptor >= 0 else { return nil }
        defer { closeFile(descriptor) }
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        guard fcntl(descriptor, F_GETLK, &lock) == 0, lock.l_type != Int16(F_UNLCK) else { return nil }
        return LockHolder(
            pid: lock.l_pid > 0 ? Int(lock.l_pid) : nil, isAlone: lock.l_type == Int16(F_WRLCK))
    }
}
