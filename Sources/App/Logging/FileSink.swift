import Core
import Gateway
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One JSON line an entry, one file a day, each bounded: the format that `logs.tail` and its readers know.
final class FileSink: Log.Sink {
    /// A day's file stops growing here; one line says so. A busy day writes a few MB.
    static let usualMaxFileBytes = 32 << 20
    /// Older days are removed. A week is enough to look back on, and small on a 1 GB volume.
    static let keptDays = 7

    private struct Current {
        var day = ""
        var descriptor: CInt = -1
        var size = 0
        var isFull = false
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
        let bytes = Array((mask.apply(to: encoded(line)) + "\n").utf8)
        current.withLock { current in
            openIfNeeded(&current, day: line.time.isoDay)
            guard current.descriptor >= 0, !current.isFull else { return }
            if current.size + bytes.count > maxFileBytes {
                current.isFull = true
                writeAll(
                    Array("{\"message\":\"log file is full; no more lines today\"}\n".utf8),
                    to: current.descriptor)
                return
            }
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
            openIfNeeded(&current, day: Timestamp.now.isoDay)
            return current.failure == 0 ? nil : String(cString: strerror(current.failure))
        }
    }

    private func path(day: String) -> String { fixedPath ?? "\(folder)/openclaw-\(day).log" }

    private func openIfNeeded(_ current: inout Current, day: String) {
        guard current.descriptor < 0 || (fixedPath == nil && current.day != day) else { return }
        if current.descriptor >= 0 { close(current.descriptor) }
        let path = path(day: day)
        // A folder that cannot be made is a file that cannot be opened, and that is told.
        if let fixedPath { try? PrivateFile.makeFolder(PrivateFile.folder(of: fixedPath)) }
        current = Current(day: day, descriptor: open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600))
        current.failure = current.descriptor < 0 ? errno : 0
        var status = stat()
        if current.descriptor >= 0, fstat(current.descriptor, &status) == 0 {
            current.size = Int(status.st_size)
        }
        if fixedPath == nil { removeOldFiles() }
    }

    private func removeOldFiles() {
        let oldest = (Timestamp.now + .seconds(-86_400 * Self.keptDays)).isoDay
        for name in FolderListing.names(in: folder)
        where name.hasPrefix("openclaw-") && name.hasSuffix(".log") {
            let day = name.dropFirst("openclaw-".count).dropLast(".log".count)
            if day.count == oldest.count && day < oldest { unlink("\(folder)/\(name)") }
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
