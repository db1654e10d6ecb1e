import Core
import Gateway

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Copies files and folders that belong to somebody else, without changing them or what is there already.
struct FolderCopy {
    /// Files copied so far.
    private(set) var files = 0
    /// What was left where it is, one sentence each.
    private(set) var problems: [String] = []

    /// Larger files are named instead: a workspace with disk images in it fills a small volume.
    private static let mostBytesOfAFile = 256 << 20
    /// A folder that leads into itself by mounts ends here.
    private static let deepest = 64

    /// Copies the file or folder at `source` to `target`, whatever is there already left alone.
    ///
    /// Symbolic links stay links; sockets and devices are passed over.
    mutating func copy(_ source: String, to target: String, depth: Int = 0) {
        var status = stat()
        guard lstat(source, &status) == 0 else { return }
        switch status.st_mode & S_IFMT {
        case S_IFDIR where depth < Self.deepest: copyFolder(source, to: target, depth: depth)
        case S_IFREG: copyFile(source, to: target, status)
        case S_IFLNK: copyLink(source, to: target)
        default: problems.append("`\(source)` is no file or folder")
        }
    }

    private mutating func copyFolder(_ source: String, to target: String, depth: Int) {
        do throws(FileError) { try PrivateFile.makeFolder(target) } catch {
            return problems.append("\(error)")
        }
        for name in FolderListing.names(in: source).sorted() {
            copy("\(source)/\(name)", to: "\(target)/\(name)", depth: depth + 1)
        }
    }

    private mutating func copyFile(_ source: String, to target: String, _ status: stat) {
        guard status.st_size <= Self.mostBytesOfAFile else {
            return problems.append("`\(source)` is larger than \(Self.mostBytesOfAFile >> 20) MB")
        }
        let from = open(source, O_RDONLY | O_CLOEXEC)
        guard from >= 0 else { return problems.append("`\(source)` cannot be read: \(reason)") }
        defer { close(from) }
        let to = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, (status.st_mode & 0o700) | 0o600)
        if to < 0 && errno == EEXIST { return }
        guard to >= 0 else { return problems.append("`\(target)` cannot be written: \(reason)") }
        defer { close(to) }
        guard copyBytes(from, to), fsync(to) == 0 else {
            problems.append("`\(target)` cannot be written: \(reason)")
            unlink(target)
            return
        }
        files += 1
    }

    private func copyBytes(_ from: CInt, _ to: CInt) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(from, &chunk, chunk.count)
            if count <= 0 { return count == 0 }
            guard writeAll(Array(chunk[..<count]), to: to) else { return false }
        }
    }

    private mutating func copyLink(_ source: String, to target: String) {
        guard let place = RealPath.link(source) else { return }
        if symlink(place, target) != 0 && errno != EEXIST {
            problems.append("`\(target)` cannot be written: \(reason)")
        }
    }

    private var reason: String { String(cString: strerror(errno)) }
}
