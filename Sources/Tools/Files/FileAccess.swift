#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Reads and writes ordinary files of bounded size.
enum FileAccess {
    /// Larger files are for commands, not for a conversation; and the loop waits while one is read.
    static let mostBytes = 10 << 20

    static func read(_ path: WorkspacePath) throws(ToolFailure) -> [UInt8] {
        // Not blocking, or a named pipe would hold us up before we know what it is.
        let descriptor = open(path.absolute, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
        guard descriptor >= 0 else { throw failure("read", path) }
        defer { close(descriptor) }
        let status = try ordinary(descriptor, path)
        guard status.st_size <= mostBytes else {
            throw ToolFailure(
                "\(path.shown) is \(status.st_size >> 20) MiB; the limit is \(mostBytes >> 20) MiB. Use `exec`."
            )
        }
        return try bytes(descriptor, path)
    }

    /// The old contents or the new ones, never half of them, and with the mode of the file that is there.
    ///
    /// Makes missing folders.
    static func write(_ bytes: [UInt8], to path: WorkspacePath) throws(ToolFailure) {
        guard bytes.count <= mostBytes else {
            throw ToolFailure(
                "\(bytes.count >> 20) MiB are more than a file tool writes (\(mostBytes >> 20) MiB).")
        }
        let mode = try mode(of: path)
        let folder = String(path.absolute[..<(path.absolute.lastIndex(of: "/") ?? path.absolute.startIndex)])
        try makeFolders(folder, path)
        let temporary = "\(folder)/.\(UInt64.random(in: .min ... .max)).tmp"
        do throws(ToolFailure) {
            try create(bytes, at: temporary, mode, path)
            guard rename(temporary, path.absolute) == 0 else { throw failure("write", path) }
        } catch {
            unlink(temporary)
            throw error
        }
    }

    // MARK: Steps

    /// Nil where there is no file yet.
    private static func mode(of path: WorkspacePath) throws(ToolFailure) -> mode_t? {
        var status = stat()
        guard lstat(path.absolute, &status) == 0 else { return nil }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw ToolFailure("\(path.shown) is not an ordinary file.")
        }
        return status.st_mode & 0o777
    }

    private static func ordinary(_ descriptor: CInt, _ path: WorkspacePath) throws(ToolFailure) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("read", path) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return status
        case S_IFDIR: throw ToolFailure("\(path.shown) is a folder. List it with `exec`: `ls -la`.")
        default: throw ToolFailure("\(path.shown) is not an ordinary file.")
        }
    }

    private static func bytes(_ descriptor: CInt, _ path: WorkspacePath) throws(ToolFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count <= mostBytes {
            let count = posixRead(descriptor, &piece, piece.count)
            guard count >= 0 else { throw failure("read", path) }
            if count == 0 { return bytes }
            bytes += piece[..<count]
        }
        throw ToolFailure("\(path.shown) grew beyond \(mostBytes >> 20) MiB while it was read.")
    }

    private static func create(
        _ bytes: [UInt8], at temporary: String, _ mode: mode_t?, _ path: WorkspacePath
    ) throws(ToolFailure) {
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode ?? 0o644)
        guard descriptor >= 0 else { throw failure("write", path) }
        defer { close(descriptor) }
        // The process's mask is for new files; some file systems have one mode for all and refuse to change it.
        if let mode, try ordinary(descriptor, path).st_mode & 0o777 != mode, fchmod(descriptor, mode) != 0 {
            throw failure("write", path)
        }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { posixWrite(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw failure("write", path) }
            rest = rest.dropFirst(count)
        }
    }

    private static func makeFolders(_ folder: String, _ path: WorkspacePath) throws(ToolFailure) {
        var made = ""
        for part in folder.split(separator: "/") {
            made += "/\(part)"
            if mkdir(made, 0o755) != 0 && errno != EEXIST { throw failure("write", path) }
        }
    }

    /// What `errno` says, as a sentence.
    private static func failure(_ verb: String, _ path: WorkspacePath) -> ToolFailure {
        switch errno {
        case ENOENT: ToolFailure("File not found: \(path.absolute).")
        case EACCES, EPERM:
            ToolFailure("\(path.shown) may not be \(verb == "read" ? "read" : "written"): permission denied.")
        case ENOSPC, EDQUOT: ToolFailure("\(path.shown) was not written: the disk is full.")
        case EROFS: ToolFailure("\(path.shown) was not written: the file system is read-only.")
        default:
            ToolFailure(
                "\(path.shown) could not be \(verb == "read" ? "read" : "written"): \(String(cString: strerror(errno)))."
            )
        }
    }
}
