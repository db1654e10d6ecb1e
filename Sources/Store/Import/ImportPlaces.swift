import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The files of a state directory that an import reads, found without opening one.
struct ImportPlaces: Sendable {
    let folder: Folder
    private(set) var files: [String: FoundFile] = [:]
    /// What cannot be seen: reading it tells why.
    private(set) var closed: Set<String> = []

    init(_ folder: Folder) { self.folder = folder }

    mutating func add(_ place: String) {
        do throws(ImportProblem) {
            files[place] = try FoundFile(folder.whole(place))
        } catch {
            closed.insert(place)
        }
    }

    mutating func add(in place: String, where isRead: (String) -> Bool) {
        for name in names(in: place) where isRead(name) { add("\(place)/\(name)") }
    }

    /// Whether there is such a file, or the database that it is a part of.
    func has(_ place: String) -> Bool { ImportScope.holding(place).contains { files[$0] != nil } }

    mutating func names(in place: String) -> [String] {
        do throws(ImportProblem) {
            return try Folder(path: folder.whole(place)).names()
        } catch {
            closed.insert(place)
            return []
        }
    }
}

/// What tells a file from one that somebody has written to since.
struct FoundFile: Sendable {
    /// The same for a copy that keeps its time.
    let looks: String
    /// When it was written, or came here.
    let changedAt: Timestamp
    /// In bytes.
    let size: Int64

    /// Nil where there is none; a database's log is a part of it.
    init?(_ path: String) throws(ImportProblem) {
        guard let file = try Self.status(path) else { return nil }
        let log = path.hasSuffix(".sqlite") ? try Self.status(path + "-wal") : nil
        let parts = [file] + (log.map { $0.st_size > 0 ? [$0] : [] } ?? [])
        looks = parts.map { "\($0.st_size) \($0.modified.tv_sec).\($0.modified.tv_nsec)" }.joined(
            separator: " ")
        size = parts.reduce(0) { $0 + Int64($1.st_size) }
        changedAt = parts.map { Self.moment($0.changed) }.max() ?? .now
    }

    /// What `looks` says of it.
    static func size(in looks: String) -> Int64? { looks.split(separator: " ").first.flatMap { Int64($0) } }

    private static func moment(_ time: timespec) -> Timestamp {
        Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    private static func status(_ path: String) throws(ImportProblem) -> stat? {
        var status = stat()
        if stat(path, &status) == 0 { return status }
        if errno == ENOENT || errno == ENOTDIR { return nil }
        throw ImportProblem(unreadable: path, errno)
    }
}
