import Core
import Gateway
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One JSON line an entry, one file a day, each bounded: the format that `logs.tail` and its readers know.
///
/// A file that is full is kept as `.1`, in the place of the one before, and a new one begun.
final class FileSink: Log.Sink {
    /// A busy day writes a few MB; with the one before it a day has twice this at most.
    static let usualMaxFileBytes = 16 << 20
    /// Older days are removed. A week is enough to look back on, and small on a 1 GB volume.
    static let keptDays = 7
    private static let asideSuffix = ".1"

    private struct Current {
        var day = ""
        var descriptor: CInt = -1
        var size = 0
        /// When it was last seen to be the file at its path, in seconds: it may be moved or removed at any time.
        var lookedAt: Int64 = 0
        /// `errno` of the last attempt to open it.
        var failure: CInt = 0
    }

    let leastLevel: Log.Level
    /// `logging.file`, or nil for a file a day in `folder`.
    private let fixedPath: String?
    private let folder: String
    private let maxFileBytes: Int
    private let hostname: String
    private let mask: LogMask
    private let current = Mutex(Current())

    init(
        folder: String, fixedPath: String?, leastLevel: Log.Level, maxFileBytes: Int, mask: LogMask,
        hostname: String
    ) {
        self.folder = folder
        self.fixedPath = fixedPath
        self.leastLevel = leastLevel
        self.maxFileBytes = maxFileBytes
        self.mask = mask
        self.hostname = hostname
    }

    deinit {
        current.withLock { if $0.descriptor >= 0 { close($0.descriptor) } }
    }

    /// Today's file.
    var path: String { path(day: Timestamp.now.isoDay) }

    func write(_ line: Log.Line) {
        append(encoded(mask.apply(to: line)), at: line.time)
    }

    /// Secrets are hidden in it.
    func append(_ text: String, at time: Timestamp) {
        let bytes = Array((mask.apply(to: text) + "\n").utf8)
        current.withLock { current in
            openIfNeeded(&current, at: time)
            if current.size > 0, current.size + bytes.count > maxFileBytes {
                putAside(&current)
                openIfNeeded(&current, at: time)
            }
            guard current.descriptor >= 0 else { return }
            guard writeAll(bytes, to: current.descriptor) else {
                // A full disk took a part of the line: the next one would stand behind it.
                _ = ftruncate(current.descriptor, off_t(current.size))
                return
            }
            current.size += bytes.count
        }
    }

    /// Why nothing can be written, in words; nil when all is well.
    func problem() -> String? {
        current.withLock { current in
            openIfNeeded(&current, at: .now)
            return current.failure == 0 ? nil : String(cString: strerror(current.failure))
        }
    }

    private func path(day: String) -> String { fixedPath ?? "\(folder)/openclaw-\(day).log" }

    private func openIfNeeded(_ current: inout Current, at time: Timestamp) {
        let day = time.isoDay
        let path = path(day: day)
        let isOver = current.descriptor < 0 || (fixedPath == nil && current.day != day)
        guard isOver || hasGone(&current, from: path, at: time) else { return }
        if current.descriptor >= 0 { close(current.descriptor) }
        // A folder that cannot be made is a file that cannot be opened, and that is told.
        try? PrivateFile.makeFolder(PrivateFile.folder(of: path))
        // A named pipe that nobody reads would be waited for.
        current = Current(
            day: day, descriptor: open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o600),
            lookedAt: time.seconds)
        current.failure = current.descriptor < 0 ? errno : 0
        current.size = Self.size(of: current.descriptor)
        if fixedPath == nil { removeOldFiles() }
    }

    /// Whether the open file is no longer the one at its path; looked at once a second, and its size with that.
    private func hasGone(_ current: inout Current, from path: String, at time: Timestamp) -> Bool {
        guard time.seconds != current.lookedAt else { return false }
        current.lookedAt = time.seconds
        current.size = Self.size(of: current.descriptor)
        var opened = stat()
        var present = stat()
        guard fstat(current.descriptor, &opened) == 0, stat(path, &present) == 0 else { return true }
        return opened.st_ino != present.st_ino || opened.st_dev != present.st_dev
    }

    /// 0 for what is no ordinary file and so never gets full, such as `/dev/stderr`.
    private static func size(of descriptor: CInt) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return 0 }
        return Int(status.st_size)
    }

    /// Keeps the file that is full as the one before; it is emptied where it cannot be renamed.
    private func putAside(_ current: inout Current) {
        let path = path(day: current.day)
        let file = RealPath.of(path) ?? path
        current.size = Self.size(of: current.descriptor)
        guard current.size > 0 else { return }
        if rename(file, file + Self.asideSuffix) == 0 {
            close(current.descriptor)
            current.descriptor = -1
        } else if ftruncate(current.descriptor, 0) == 0 {
            current.size = 0
        }
    }

    private func removeOldFiles() {
        let oldest = (Timestamp.now + .seconds(-86_400 * Self.keptDays)).isoDay
        for name in FolderListing.names(in: folder) where name.hasPrefix("openclaw-") {
            let day = name.dropFirst("openclaw-".count).prefix(oldest.count)
            let isLog = name.hasSuffix("-\(day).log") || name.hasSuffix("-\(day).log\(Self.asideSuffix)")
            if isLog, day < oldest { unlink("\(folder)/\(name)") }
        }
    }

    private func encoded(_ line: Log.Line) -> String {
        let name = JSON.object(["subsystem": .string(line.subsystem)]).text
        let meta: JSONObject = [
            "date": .string(line.time.iso8601), "hostname": .string(hostname),
            "logLevelId": JSON(line.level.rawValue + 1),
            "logLevelName": .string(line.level.name.uppercased()),
            "name": .string(name), "parentNames": ["openclaw"],
        ]
        var object: JSONObject = ["0": .string(name), "1": .string(line.text)]
        for (key, value) in line.metadata { object[key] = .string(value) }
        object["_meta"] = .object(meta)
        object["time"] = .string(line.time.iso8601)
        object["hostname"] = .string(hostname)
        object["message"] = .string(line.text)
        return JSON.object(object).text
    }
}
