import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One workspace file as the prompt holds it.
struct WorkspaceFile: Sendable, Hashable {
    let name: String
    let text: String
    let isCut: Bool
}

/// The files that tell an agent who it is.
///
/// Read anew when they change, and only then.
@MainActor
final class Workspaces {
    /// In the order the prompt holds them.
    nonisolated static let names = [
        "AGENTS.md", "SOUL.md", "TOOLS.md", "IDENTITY.md", "USER.md", "MEMORY.md",
    ]
    private static let identityPlace = 3

    private struct Known {
        var stamp: FileStamp
        var mostBytes: Int
        var file: WorkspaceFile
    }

    /// The files of one folder, in the order of `names`; an object, so that what is known of one changes in place.
    private final class Folder {
        let path: String
        let paths: [String]
        var known: [Known?]

        init(_ path: String) {
            self.path = path
            paths = Workspaces.names.map { "\(path)/\($0)" }
            known = paths.map { _ in nil }
        }
    }

    private var folders: [String: Folder] = [:]
    /// What was read off each agent's own file, with the text it was read off.
    private var identities: [String: (text: String, identity: AgentIdentity)] = [:]
    private var prepared: Set<String> = []
    private let log: Log

    /// Whether a file that leads out of its workspace by a link is left out, as the file tools refuse to read it.
    var staysInside = true {
        didSet { if staysInside != oldValue { folders = [:] } }
    }

    /// Folders whose files are kept read; agents beyond this many read theirs each turn.
    private static let mostFolders = 64

    init(log: Log) { self.log = log }

    /// Makes the folder and, in a new one, the first files.
    ///
    /// Trouble is logged and the turn goes on without them.
    func prepare(_ profile: AgentProfile) {
        guard prepared.insert(profile.workspace).inserted else { return }
        let isNew = access("\(profile.workspace)/AGENTS.md", F_OK) != 0
        guard Self.makeFolders(profile.workspace) else {
            prepared.remove(profile.workspace)
            return log.error(
                "The workspace could not be made.",
                ["path": profile.workspace, "reason": String(cString: strerror(errno))])
        }
        guard isNew, !profile.skipsBootstrap else { return }
        // AGENTS.md comes last: it is what says that the others are there.
        let isWhole = WorkspaceTemplates.all.reversed().allSatisfy { name, text in
            create(text, at: "\(profile.workspace)/\(name)")
        }
        if !isWhole { prepared.remove(profile.workspace) }
    }

    /// What is there, each file cut to its beginning and end.
    func files(of profile: AgentProfile, mostBytes: Int) -> [WorkspaceFile] {
        let folder = folder(of: profile)
        return Self.names.indices.compactMap { file($0, in: folder, mostBytes: mostBytes) }
    }

    /// What the agent's own file says of it; `files` were looked at a moment ago.
    func identity(of profile: AgentProfile, among files: [WorkspaceFile]) -> AgentIdentity {
        let own = files.first { $0.name == Self.names[Self.identityPlace] }
        guard let own, !own.isCut else { return identity(of: profile) }
        return identity(of: profile, in: own.text)
    }

    /// What the agent's own file says of it.
    func identity(of profile: AgentProfile) -> AgentIdentity {
        let own = file(
            Self.identityPlace, in: folder(of: profile), mostBytes: Self.mostIdentityBytes)
        return (own?.text).map { identity(of: profile, in: $0) } ?? AgentIdentity()
    }

    private func identity(of profile: AgentProfile, in text: String) -> AgentIdentity {
        if let known = identities[profile.workspace], known.text == text { return known.identity }
        let identity = AgentIdentity(markdown: text)
        if identities.count < Self.mostFolders { identities[profile.workspace] = (text, identity) }
        return identity
    }

    private func folder(of profile: AgentProfile) -> Folder {
        if let known = folders[profile.workspace] { return known }
        let folder = Folder(profile.workspace)
        if folders.count < Self.mostFolders { folders[profile.workspace] = folder }
        return folder
    }

    /// The same as the prompt takes at most by default, so that both share what was read.
    private static let mostIdentityBytes = 20_000

    private func file(_ place: Int, in folder: Folder, mostBytes: Int) -> WorkspaceFile? {
        let path = folder.paths[place]
        guard let stamp = FileStamp(path) else {
            folder.known[place] = nil
            return nil
        }
        if let entry = folder.known[place], entry.stamp == stamp, entry.mostBytes == mostBytes {
            return entry.file.text.isEmpty ? nil : entry.file
        }
        guard let text = text(path, in: folder, mostBytes: mostBytes) else { return nil }
        let file = WorkspaceFile(
            name: Self.names[place], text: String(text.trimmed), isCut: stamp.size > mostBytes)
        folder.known[place] = Known(stamp: stamp, mostBytes: mostBytes, file: file)
        return file.text.isEmpty ? nil : file
    }

    /// Empty for a file that is not to be read; nil when it cannot be.
    private func text(_ path: String, in folder: Folder, mostBytes: Int) -> String? {
        guard let real = RealPath.of(path), let root = RealPath.of(folder.path) else { return nil }
        guard !staysInside || RealPath.isInside(real, root) else {
            log.warning(
                "A workspace file is a link that leads out of the workspace, so the agent is not told it. Copy the file, "
                    + "or set `tools.fs.workspaceOnly` to false.",
                ["path": path, "target": real])
            return ""
        }
        return SmallFile.text(real, mostBytes: mostBytes)
    }

    static func makeFolders(_ path: String) -> Bool {
        var made = ""
        for part in path.split(separator: "/") {
            made += "/\(part)"
            if mkdir(made, 0o700) != 0 && errno != EEXIST { return false }
        }
        return true
    }

    /// Never over a file that is there, and never a part of one; false when it is not there afterwards.
    private func create(_ text: String, at path: String) -> Bool {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor < 0, errno == EEXIST { return true }
        var text = text
        errno = 0
        if descriptor >= 0, text.withUTF8({ write(descriptor, $0.baseAddress, $0.count) == $0.count }) {
            close(descriptor)
            return true
        }
        // A write that was cut short says nothing of why: there was no room for more.
        let reason = String(cString: strerror(errno == 0 ? ENOSPC : errno))
        if descriptor >= 0 {
            close(descriptor)
            unlink(path)
        }
        log.warning("A workspace file could not be written.", ["path": path, "reason": reason])
        return false
    }
}

/// What changes when a file does.
private struct FileStamp: Equatable {
    let size: Int
    let inode: UInt64
    let seconds: Int
    let nanoseconds: Int

    /// Nil when there is no such ordinary file.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        size = Int(status.st_size)
        inode = UInt64(status.st_ino)
        (seconds, nanoseconds) = (status.modified.tv_sec, status.modified.tv_nsec)
    }
}

/// Reads a file of which only the beginning and the end matter when it is large.
private enum SmallFile {
    /// Nil when it cannot be read.
    static func text(_ path: String, mostBytes: Int) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let size = Int(lseek(descriptor, 0, SEEK_END))
        guard size > mostBytes else { return text(descriptor, at: 0, count: size) }
        let (start, end) = (mostBytes * 2 / 3, mostBytes / 3)
        let head = text(descriptor, at: 0, count: start + Self.longestCharacter).head(bytes: start)
        let tail = text(
            descriptor, at: max(size - end - Self.longestCharacter, 0), count: end + Self.longestCharacter
        ).tail(bytes: end)
        return "\(head)\n\(OutputLimit.note(size - start - end))\n\(tail)"
    }

    /// Bytes; a character that is cut at the edge is cut away by reading this much more.
    private static let longestCharacter = 4

    private static func text(_ descriptor: CInt, at offset: Int, count: Int) -> String {
        guard count > 0 else { return "" }
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = max(pread(descriptor, buffer.baseAddress, count, off_t(offset)), 0)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
