import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The processes of this machine, as `/proc` tells; empty on systems without it.
struct ProcessTable {
    struct Entry: Hashable {
        var id: pid_t
        var parent: pid_t
        /// It has ended, and waits for its parent to hear of it.
        var hasEnded: Bool
    }

    let entries: [Entry]

    init(entries: [Entry]) { self.entries = entries }

    /// Reads the table as it is now: about 20 µs a process.
    static func current() -> ProcessTable {
        var entries: [Entry] = []
        for name in FolderListing.names(in: "/proc") {
            guard let id = pid_t(name), let line = read("/proc/\(name)/stat", limit: 4096) else { continue }
            if let entry = Entry(id: id, stat: line) { entries.append(entry) }
        }
        return ProcessTable(entries: entries)
    }

    func children(of parent: pid_t) -> [Entry] { entries.filter { $0.parent == parent } }

    /// These processes and everything they started.
    func withDescendants(_ roots: [Entry]) -> [Entry] {
        var found = roots
        var known = Set(roots.map(\.id))
        var next = 0
        while next < found.count {
            found += children(of: found[next].id).filter { known.insert($0.id).inserted }
            next += 1
        }
        return found
    }

    /// A process and those that it comes from.
    func withAncestors(of process: pid_t) -> Set<pid_t> {
        var found: Set<pid_t> = []
        var next: pid_t? = process
        while let id = next, found.insert(id).inserted { next = entries.first { $0.id == id }?.parent }
        return found
    }

    /// The variables a process was started with; nil when it may not be asked.
    static func environment(of id: pid_t) -> [Substring]? {
        read("/proc/\(id)/environ", limit: 256 << 10).map {
            String(decoding: $0, as: UTF8.self).split(separator: "\0")
        }
    }

    private static func read(_ path: String, limit: Int) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while bytes.count < limit {
            let count = posixRead(descriptor, &piece, piece.count)
            guard count >= 0 else { return nil }
            if count == 0 { break }
            bytes += piece[..<count]
        }
        return bytes
    }
}

extension ProcessTable.Entry {
    /// A line of `/proc/<pid>/stat`: `pid (name) state parent …`; the name may hold anything, brackets too.
    init?(id: pid_t, stat line: [UInt8]) {
        guard let nameEnd = line.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = String(decoding: line[(nameEnd + 1)...], as: UTF8.self).split(separator: " ")
        guard fields.count > 1, let parent = pid_t(fields[1]) else { return nil }
        self.init(id: id, parent: parent, hasEnded: fields[0] == "Z" || fields[0] == "X")
    }
}
