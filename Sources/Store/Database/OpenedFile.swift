#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The file that was opened by a path, to notice when another one lies there.
struct OpenedFile: Sendable {
    let path: String
    private let device: dev_t
    private let inode: ino_t

    /// What lies at `path` now; nil when nothing does.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.path = path
        device = status.st_dev
        inode = status.st_ino
    }

    /// Asks the system, which takes about a microsecond; while it is open no other file gets its number.
    var isInPlace: Bool {
        var status = stat()
        // A folder that cannot be looked into any more says nothing of what is in it.
        guard stat(path, &status) == 0 else { return errno != ENOENT && errno != ENOTDIR }
        return status.st_dev == device && status.st_ino == inode
    }
}
