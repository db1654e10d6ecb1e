import Core
import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Calls back when a name that leads to one of the watched files is written, made, moved or removed.
@MainActor
final class FolderNotifier {
    private let changed: () -> Void
    private var files: [String] = []
    /// Folder and the names in it that count; none in one that is only on the way to another.
    private var names: [String: Set<String>] = [:]
    #if os(Linux)
        private let descriptor: CInt
        /// The path of each: a folder, or one of the files themselves.
        private var watches: [CInt: String] = [:]
    #endif
    private var event: LoopEvent?
    private var pollTimer: LoopEvent?
    private var fingerprint = ""

    init(changed: @escaping () -> Void) {
        self.changed = changed
        #if os(Linux)
            descriptor = inotify_init1(CInt(IN_NONBLOCK) | CInt(IN_CLOEXEC))
            if descriptor >= 0 { event = .readable(descriptor) { [weak self] in self?.readEvents() } }
        #endif
    }

    isolated deinit {
        event?.cancel()
        #if os(Linux)
            if descriptor >= 0 { close(descriptor) }
        #endif
    }

    /// Watches these files instead of those before, along the way that leads to them now.
    func watch(_ files: [String]) {
        names = [:]
        for file in files {
            for step in Self.steps(to: file) {
                names[step.folder, default: []].formUnion(step.mayChange ? [step.name] : [])
            }
        }
        if files != self.files { fingerprint = Self.fingerprint(of: files) }
        self.files = files
        if renewWatches() {
            pollTimer = nil
        } else if pollTimer == nil {
            pollTimer = .every(Self.pollInterval) { [weak self] in self?.poll() }
        }
    }

    /// Where the system tells of no changes, or has no watch left, the files are looked at so often.
    private static let pollInterval = Duration.seconds(2)

    private func poll() {
        let now = Self.fingerprint(of: files)
        guard now != fingerprint else { return }
        fingerprint = now
        changed()
    }

    private static func fingerprint(of files: [String]) -> String {
        files.map(fingerprint).joined(separator: "\n")
    }

    /// Another text when the file has been written or replaced; one of its own where there is none.
    static func fingerprint(of file: String) -> String {
        var status = stat()
        guard stat(file, &status) == 0 else { return "-" }
        let time = status.modified
        return "\(status.st_ino) \(status.st_size) \(time.tv_sec) \(time.tv_nsec)"
    }

    /// The folders on the way to a file, and the name that leads on from each.
    ///
    /// A name may come to mean something else when it is a symbolic link, the file itself, or not there; a folder that
    /// is moved or removed tells that itself.
    private static func steps(to file: String) -> [(folder: String, name: String, mayChange: Bool)] {
        var steps: [(folder: String, name: String, mayChange: Bool)] = []
        var rest = file.split(separator: "/").map(String.init)
        var folder = ""
        // As many links as the kernel follows; more go round in a circle.
        var links = 40
        while !rest.isEmpty {
            let name = rest.removeFirst()
            if name == "." { continue }
            if name == ".." {
                folder = folder.lastIndex(of: "/").map { String(folder[..<$0]) } ?? ""
                continue
            }
            let path = folder + "/" + name
            let target = RealPath.link(path)
            let isMissing = access(path, F_OK) != 0 && target == nil
            steps.append((folder.isEmpty ? "/" : folder, name, rest.isEmpty || target != nil || isMissing))
            if isMissing { break }
            guard let target else {
                folder = path
                continue
            }
            links -= 1
            guard links > 0 else { break }
            if target.hasPrefix("/") { folder = "" }
            rest = target.split(separator: "/").map(String.init) + rest
        }
        return steps
    }
}

#if os(Linux)
    extension FolderNotifier {
        /// The folder itself is moved or removed.
        private static let wayMask = UInt32(IN_DELETE_SELF) | UInt32(IN_MOVE_SELF) | UInt32(IN_ONLYDIR)

        /// A writer in it closes the file, makes, moves or removes it.
        ///
        /// Writes before the close are not over.
        private static let mask =
            wayMask | UInt32(IN_CLOSE_WRITE) | UInt32(IN_CREATE) | UInt32(IN_MOVED_TO) | UInt32(IN_MOVED_FROM)
            | UInt32(IN_DELETE)

        /// What is written to a single file that a container mounts is told to its folder outside, and to the file.
        private static let fileMask = UInt32(IN_CLOSE_WRITE)

        /// False when there is something to watch that cannot be watched.
        private func renewWatches() -> Bool {
            guard descriptor >= 0 else { return false }
            var renewed: [CInt: String] = [:]
            var isComplete = true
            func add(_ path: String, _ mask: UInt32) -> Bool {
                let watch = inotify_add_watch(descriptor, path, mask)
                if watch >= 0 { renewed[watch] = path }
                return watch >= 0
            }
            for (folder, names) in names where !add(folder, names.isEmpty ? Self.wayMask : Self.mask) {
                isComplete = false
            }
            // One that is not there is told of by its folder.
            for file in files where !add(file, Self.fileMask) && errno != ENOENT { isComplete = false }
            for watch in watches.keys where renewed[watch] == nil { inotify_rm_watch(descriptor, watch) }
            watches = renewed
            return isComplete
        }

        /// Takes all waiting events, and tells once when one of them counts.
        func readEvents() {
            var buffer = [UInt8](repeating: 0, count: 1 << 12)
            var isRelevant = false
            while true {
                let count = read(descriptor, &buffer, buffer.count)
                guard count > 0 else { break }
                buffer.withUnsafeBytes {
                    isRelevant = concerns(UnsafeRawBufferPointer(rebasing: $0[..<count])) || isRelevant
                }
            }
            if isRelevant { changed() }
        }

        private func concerns(_ events: UnsafeRawBufferPointer) -> Bool {
            var offset = 0
            var isRelevant = false
            let header = MemoryLayout<inotify_event>.size
            while events.count - offset >= header {
                let event = events.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
                let end = min(offset + header + Int(event.len), events.count)
                let name = String(decoding: events[(offset + header)..<end].prefix { $0 != 0 }, as: UTF8.self)
                isRelevant = concerns(event, name: name) || isRelevant
                offset = end
            }
            return isRelevant
        }

        private func concerns(_ event: inotify_event, name: String) -> Bool {
            let whole =
                UInt32(IN_DELETE_SELF) | UInt32(IN_MOVE_SELF) | UInt32(IN_IGNORED) | UInt32(IN_Q_OVERFLOW)
            guard event.mask & whole == 0 else {
                let path = watches[event.wd]
                if event.mask & UInt32(IN_IGNORED) != 0 { watches[event.wd] = nil }
                return path != nil || event.mask & UInt32(IN_Q_OVERFLOW) != 0
            }
            guard let path = watches[event.wd] else { return false }
            return name.isEmpty || names[path]?.contains(name) ?? false
        }
    }
#else
    extension FolderNotifier {
        private func renewWatches() -> Bool { false }
    }
#endif
