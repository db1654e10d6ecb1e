import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A system call that failed, in words.
package struct FileError: Error, CustomStringConvertible, Sendable {
    package var doing: String
    package var path: String
    package var reason: String
    package var code: CInt

    /// The reason is what the system has just said.
    init(_ doing: String, _ path: String) {
        self.doing = doing
        self.path = path
        code = errno
        reason = String(cString: strerror(code))
    }

    /// No call of the system has failed.
    init(_ doing: String, _ path: String, reason: String) {
        self.doing = doing
        self.path = path
        self.reason = reason
        code = 0
    }

    package var description: String { "Could not \(doing) `\(path)`: \(reason).\(ownership)" }

    /// Whose the file is, or the folder on the way to it, and how to mend that, when that is why it cannot be used: root
    /// wrote it over SSH, for example.
    private var ownership: String {
        guard code == EACCES else { return "" }
        var (place, status) = (path, stat())
        while stat(place, &status) != 0, place.count > 1 { place = FilePath.folder(of: place) }
        guard status.st_uid != geteuid() else { return "" }
        let whose = place == path ? "It belongs" : "`\(place)` belongs"
        return " \(whose) to user \(status.st_uid) and this is user \(geteuid()); as root, run "
            + "`chown \(place == path ? "" : "-R ")\(geteuid()) \(place)`."
    }
}

/// Small files that only their owner may read: mode 0600 in folders of mode 0700.
package enum PrivateFile {
    /// The file's bytes, or nil when there is no such file.
    ///
    /// Longer files than `limit` are an error, and so is what is no file: a named pipe would never end.
    package static func read(_ path: String, limit: Int) throws(FileError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw FileError("open", path)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError("read", path) }
        guard [S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT) else {
            throw FileError("read", path, reason: "it is not an ordinary file")
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = chunk.withUnsafeMutableBytes { buffer in Self.retry { systemRead(descriptor, buffer) }
            }
            guard count >= 0 else { throw FileError("read", path) }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= limit else {
                errno = EFBIG
                throw FileError("read", path)
            }
        }
    }

    /// Writes a new file beside the old one and puts it in its place, so that a reader or a crash sees one or
    /// the other.
    ///
    /// A symbolic link stays, and the file it leads to is replaced, unless `followsLink` is false: then the link is.
    package static func write(
        _ bytes: [UInt8], to path: String, followsLink: Bool = true
    ) throws(FileError) {
        try prepare(bytes, for: path, followsLink: followsLink).putInPlace()
    }

    /// Writes a new file where there is none; false when another process has been faster, and its file stays.
    package static func create(_ bytes: [UInt8], at path: String) throws(FileError) -> Bool {
        try prepare(bytes, for: path).putWhereNothingIs()
    }

    /// A text that is safely on disk beside the file whose place it is to take; let go of, it is removed.
    struct Prepared: ~Copyable {
        fileprivate let bytes: [UInt8]
        fileprivate let temporary: String
        fileprivate let target: String

        deinit { unlink(temporary) }

        consuming func putInPlace() throws(FileError) {
            if rename(temporary, target) == 0 { return synchronize(folder(of: target)) }
            let error = FileError("replace", target)
            // A single file that a container mounts cannot be replaced, only written over.
            guard error.code == EBUSY else { throw error }
            try overwrite(target, with: bytes)
        }

        consuming func putWhereNothingIs() throws(FileError) -> Bool {
            if link(temporary, target) == 0 {
                synchronize(folder(of: target))
                return true
            }
            if errno == EEXIST { return false }
            // A file system without hard links has only the other way.
            try putInPlace()
            return true
        }
    }

    /// Writes a new file beside the one at `path`.
    static func prepare(
        _ bytes: [UInt8], for path: String, followsLink: Bool = true
    ) throws(FileError) -> Prepared {
        let target = followsLink ? resolved(path) : path
        let folder = self.folder(of: target)
        try makeFolder(folder)
        removeLeftovers(of: target)
        let temporary = "\(folder)/\(temporaryStart(for: target))\(getpid())\(temporaryEnd)"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileError("create", temporary) }
        defer { close(descriptor) }
        let prepared = Prepared(bytes: bytes, temporary: temporary, target: target)
        keepOwner(of: target, for: descriptor)
        try writeAll(bytes, to: descriptor, temporary)
        guard fsync(descriptor) == 0 else { throw FileError("write", temporary) }
        return prepared
    }

    private static func temporaryStart(for path: String) -> String { ".\(FilePath.name(of: path))." }
    private static let temporaryEnd = ".tmp"

    /// Removes what processes have left that were ended while they wrote the file at `path`, which is no link.
    static func removeLeftovers(of path: String) {
        let (folder, start) = (folder(of: path), temporaryStart(for: path))
        for name in FolderListing.names(in: folder)
        where name.hasPrefix(start) && name.hasSuffix(temporaryEnd) {
            guard let pid = pid_t(name.dropFirst(start.count).dropLast(temporaryEnd.count)), pid > 0 else {
                continue
            }
            if pid == getpid() || kill(pid, 0) != 0 && errno == ESRCH { unlink("\(folder)/\(name)") }
        }
    }

    private static func overwrite(_ path: String, with bytes: [UInt8]) throws(FileError) {
        guard let old = try read(path, limit: .max) else { throw FileError("open", path) }
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError("open", path) }
        defer { close(descriptor) }
        do throws(FileError) {
            try replace(descriptor, with: bytes, path)
        } catch {
            // What was there has its room still, as long as the file has not been cut off.
            try? replace(descriptor, with: old, path)
            throw error
        }
    }

    private static func replace(_ descriptor: CInt, with bytes: [UInt8], _ path: String) throws(FileError) {
        lseek(descriptor, 0, SEEK_SET)
        try writeAll(bytes, to: descriptor, path)
        guard ftruncate(descriptor, off_t(bytes.count)) == 0, fsync(descriptor) == 0 else {
            throw FileError("write", path)
        }
    }

    /// Makes a folder and those above it.
    package static func makeFolder(_ path: String) throws(FileError) {
        var status = stat()
        if stat(path, &status) == 0 { return }
        guard errno == ENOENT else { throw FileError("create the folder", path) }
        let above = folder(of: path)
        if above != path { try makeFolder(above) }
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw FileError("create the folder", path) }
    }

    /// What stands before the last `/`; `.` for a bare name.
    package static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            return path.hasPrefix("/") ? "/" : "."
        }
        return String(path[..<slash])
    }

    /// Where symbolic links lead, also when the last file does not exist yet.
    static func resolved(_ path: String) -> String {
        if let full = RealPath.of(path) { return full }
        guard let link = RealPath.link(path) else { return path }
        return link.hasPrefix("/") ? link : folder(of: path) + "/" + link
    }

    /// A gateway that runs as root must not take the file away from the person it belongs to.
    static func keepOwner(of path: String, for descriptor: CInt) {
        var status = stat()
        guard geteuid() == 0, stat(path, &status) == 0 || stat(folder(of: path), &status) == 0 else { return }
        _ = fchown(descriptor, status.st_uid, status.st_gid)
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: CInt, _ path: String) throws(FileError) {
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { rest in
                retry { systemWrite(descriptor, rest) }
            }
            guard count > 0 else { throw FileError("write", path) }
            written += count
        }
    }

    /// The new name is on disk only when the folder is.
    ///
    /// A file system that cannot do this has done its best.
    private static func synchronize(_ folder: String) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private static func retry(_ call: () -> Int) -> Int {
        while true {
            let result = call()
            if result >= 0 || errno != EINTR { return result }
        }
    }

    private static func systemRead(_ descriptor: CInt, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        #else
            Darwin.read(descriptor, buffer.baseAddress, buffer.count)
        #endif
    }

    private static func systemWrite(_ descriptor: CInt, _ buffer: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.write(descriptor, buffer.baseAddress, buffer.count)
        #else
            Darwin.write(descriptor, buffer.baseAddress, buffer.count)
        #endif
    }
}
