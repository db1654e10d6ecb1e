import Agent
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
    /// Files that were there already with the same content.
    private(set) var knownFiles = 0
    /// What was given to copy.
    private(set) var sources: Set<String> = []
    /// What could not be read or written, one sentence each.
    private(set) var failures: [String] = []
    /// Files for which the volume has no room: the gateway needs the rest of it.
    private(set) var withoutRoom: [String] = []
    private var leftOut: [String] = []
    /// Files that are there with other content.
    private var differing: [String] = []

    /// A file on its way, in the folder that it is for; what an interrupted copy left is removed by the next one.
    private static let unfinished = ".openclaw-migrate.tmp"
    /// Larger files are named instead: a workspace with disk images in it fills a small volume.
    private static let mostBytesOfAFile = 256 << 20
    /// A folder that leads into itself by mounts ends here.
    private static let deepest = 64

    /// What was left where it is, one sentence each.
    var problems: [String] {
        let others =
            differing.isEmpty
            ? [] : ["Here already with other content, and left so: \(Self.list(differing))."]
        return leftOut + others
    }

    /// Names in backquotes, and how many more there are.
    static func list(_ names: [String]) -> String {
        let mostNames = 40
        let more = names.count > mostNames ? " and \(names.count - mostNames) more" : ""
        return names.prefix(mostNames).map { "`\($0)`" }.joined(separator: ", ") + more
    }

    // MARK: What to copy

    /// Copies what is in a file, also in one that `source` only links to; nothing is no problem.
    mutating func copyFile(_ source: String, to target: String) {
        var status = stat()
        guard lstat(source, &status) == 0 else {
            if errno != ENOENT, errno != ENOTDIR { failures.append(unreadable(source, errno)) }
            return
        }
        sources.insert(source)
        guard stat(source, &status) == 0 else {
            return leftOut.append("`\(source)` is a link that leads nowhere.")
        }
        do throws(FileError) { try PrivateFile.makeFolder(FilePath.folder(of: target)) } catch {
            return failures.append("\(error)")
        }
        take(source, status, to: target)
    }

    /// Copies a workspace, whose path is a real one, with the files that it links to.
    mutating func copyWorkspace(_ source: String, to target: String) {
        sources.insert(source)
        copyFolder("", in: Workspace(source: source, target: target), depth: 0)
    }

    // MARK: Workspaces

    private struct Workspace {
        let source: String
        let target: String
    }

    /// `place` and those below are what follows a workspace's path, such as `/memory`.
    private mutating func copyFolder(_ place: String, in workspace: Workspace, depth: Int) {
        let target = workspace.target + place
        do throws(FileError) { try PrivateFile.makeFolder(target) } catch {
            return failures.append("\(error)")
        }
        unlink("\(target)/\(Self.unfinished)")
        do throws(FolderListing.Failure) {
            for name in try FolderListing.read(workspace.source + place).sorted()
            where name != Self.unfinished {
                copyEntry("\(place)/\(name)", in: workspace, depth: depth + 1)
            }
        } catch {
            failures.append(unreadable(workspace.source + place, error.code))
        }
    }

    private mutating func copyEntry(_ place: String, in workspace: Workspace, depth: Int) {
        let source = workspace.source + place
        var status = stat()
        guard lstat(source, &status) == 0 else {
            let isText = !source.unicodeScalars.contains("\u{FFFD}")
            return isText
                ? failures.append(unreadable(source, errno))
                : leftOut.append("The name of `\(source)` is not UTF-8: rename it, and try again.")
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR where depth < Self.deepest: copyFolder(place, in: workspace, depth: depth)
        case S_IFDIR: leftOut.append("`\(source)` lies \(depth) folders deep and was left out.")
        case S_IFLNK: copyLink(place, in: workspace)
        default: take(source, status, to: workspace.target + place)
        }
    }

    /// A link within the workspace leads to the same in the copy.
    ///
    /// What another leads to would be shared with the other installation, or be missing: of a file there is a copy then.
    private mutating func copyLink(_ place: String, in workspace: Workspace) {
        let (source, target) = (workspace.source + place, workspace.target + place)
        var status = stat()
        guard let said = RealPath.link(source), let real = RealPath.of(source), stat(real, &status) == 0
        else {
            return leftOut.append("`\(source)` is a link that leads nowhere and was left out.")
        }
        if RealPath.isInside(real, workspace.source) {
            let inner = workspace.target + real.dropFirst(workspace.source.count)
            return makeLink(target, to: said.hasPrefix("/") ? inner : said)
        }
        let isFile = status.st_mode & S_IFMT == S_IFREG
        leftOut.append(
            "`\(source)` is a link to `\(real)`, outside the workspace: "
                + (isFile ? "here is a copy of that file." : "it was left out."))
        if isFile { take(source, status, to: target) }
    }

    private mutating func makeLink(_ target: String, to place: String) {
        if symlink(place, target) == 0 {
            files += 1
        } else if errno == EEXIST, RealPath.link(target) == place {
            knownFiles += 1
        } else if errno == EEXIST {
            differing.append(target)
        } else {
            failures.append("`\(target)` cannot be written: \(reason).")
        }
    }

    // MARK: One file

    private mutating func take(_ source: String, _ status: stat, to target: String) {
        guard status.st_mode & S_IFMT == S_IFREG else {
            return leftOut.append("`\(source)` is no file or folder.")
        }
        guard status.st_size <= Self.mostBytesOfAFile else {
            return leftOut.append("`\(source)` is larger than \(Self.mostBytesOfAFile >> 20) MB.")
        }
        let temporary = "\(FilePath.folder(of: target))/\(Self.unfinished)"
        unlink(temporary)
        var here = stat()
        let isNew = lstat(target, &here) != 0
        guard isNew || Self.isFirstText(target, here) else {
            if Self.isSame(source, target, here) { knownFiles += 1 } else { differing.append(target) }
            return
        }
        guard Self.hasRoom(for: Int64(status.st_size), in: FilePath.folder(of: target)) else {
            return withoutRoom.append(source)
        }
        guard write(source, to: temporary, mode: (status.st_mode & 0o700) | 0o600) else {
            unlink(temporary)
            return
        }
        guard isNew ? Self.place(temporary, at: target) : rename(temporary, target) == 0 else {
            failures.append("`\(target)` cannot be written: \(reason).")
            unlink(temporary)
            return
        }
        files += 1
    }

    private static func hasRoom(for bytes: Int64, in folder: String) -> Bool {
        VolumeSpace(of: folder).map { bytes < $0.usableBytes } ?? true
    }

    private mutating func write(_ source: String, to temporary: String, mode: mode_t) -> Bool {
        let from = open(source, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard from >= 0 else {
            failures.append(unreadable(source, errno))
            return false
        }
        defer { close(from) }
        let to = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        defer { close(to) }
        guard to >= 0, Self.copyBytes(from, to), fsync(to) == 0 else {
            if [ENOSPC, EDQUOT].contains(errno) {
                withoutRoom.append(source)
                return false
            }
            failures.append("`\(source)` cannot be copied: \(reason).")
            return false
        }
        return true
    }

    private static func copyBytes(_ from: CInt, _ to: CInt) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(from, &chunk, chunk.count)
            if count <= 0 { return count == 0 }
            guard writeAll(Array(chunk[..<count]), to: to) else { return false }
        }
    }

    /// Never over a file that is there; some file systems know no second name for a file.
    private static func place(_ temporary: String, at target: String) -> Bool {
        if link(temporary, target) == 0 { return unlink(temporary) == 0 }
        guard errno != EEXIST, access(target, F_OK) != 0 else { return false }
        return rename(temporary, target) == 0
    }

    // MARK: What is there

    /// Whether a workspace's file is as the gateway made it: nobody has said anything in it.
    private static func isFirstText(_ path: String, _ status: stat) -> Bool {
        let first = WorkspaceTemplates.all.first { $0.0 == FilePath.name(of: path) }
        guard let text = first?.1.utf8, text.count == Int(status.st_size) else { return false }
        // What cannot be read is as good as changed.
        return (try? PrivateFile.read(path, limit: text.count)) == Array(text)
    }

    private static func isSame(_ source: String, _ target: String, _ status: stat) -> Bool {
        var other = stat()
        guard status.st_mode & S_IFMT == S_IFREG, stat(source, &other) == 0, other.st_size == status.st_size
        else { return false }
        let files = [source, target].map { (path: String) in open(path, O_RDONLY | O_CLOEXEC) }
        defer { for file in files { close(file) } }
        var chunks = files.map { _ in [UInt8](repeating: 0, count: 1 << 16) }
        while true {
            let counts = files.indices.map { read(files[$0], &chunks[$0], 1 << 16) }
            guard counts[0] == counts[1], counts[0] >= 0 else { return false }
            if counts[0] == 0 { return true }
            guard memcmp(chunks[0], chunks[1], counts[0]) == 0 else { return false }
        }
    }

    private var reason: String { String(cString: strerror(errno)) }

    private func unreadable(_ path: String, _ code: CInt) -> String {
        // Of what is in a closed folder nobody can say that it is there.
        let remedy = code == EACCES ? " If it is there, let user \(geteuid()) read it, as root." : ""
        return "`\(path)` cannot be read: \(String(cString: strerror(code))).\(remedy)"
    }
}
