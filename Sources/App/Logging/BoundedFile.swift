import Core
import Gateway
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file that lines are put behind, or one a day, each bounded, and made for its owner alone.
///
/// One that is full is kept as `.1`, in the place of the one before, and a new one begun.
final class BoundedFile: Sendable {
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

    /// Where a file is.
    enum Place {
        case at(String)
        /// `openclaw-2026-12-01.log` and so on.
        case aDay(folder: String)
    }

    private let place: Place
    private let maxFileBytes: Int
    private let current = Mutex(Current())

    init(_ place: Place, maxFileBytes: Int = usualMaxFileBytes) {
        self.place = place
        self.maxFileBytes = maxFileBytes
    }

    deinit {
        current.withLock { if $0.descriptor >= 0 { close($0.descriptor) } }
    }

    /// Today's file.
    var path: String { path(day: Timestamp.now.isoDay) }

    func append(_ line: String, at time: Timestamp) {
        let bytes = Array((line + "\n").utf8)
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

    private func path(day: String) -> String {
        switch place {
        case .at(let path): path
        case .aDay(let folder): "\(folder)/openclaw-\(day).log"
        }
    }

    /// Where the days' files are; nil for one file.
    private var folder: String? {
        if case .aDay(let folder) = place { folder } else { nil }
    }

    private func openIfNeeded(_ current: inout Current, at time: Timestamp) {
        let day = time.isoDay
        let path = path(day: day)
        let isOver = current.descriptor < 0 || (folder != nil && current.day != day)
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
        if let folder { Self.removeOldFiles(in: folder) }
    }

    /// Whether the open file is no longer the one at its path; looked at once a second, and its size with that.
    private func hasGone(_ current: inout Current, from path: String, at time: Timestamp) -> Bool {
        guard time.seconds != current.lookedAt else { return false }
        current.lookedAt = time.seconds
        current.size = Self.size(of: current.descriptor)
        return !Self.isSameFile(current.descriptor, path)
    }

    private static func isSameFile(_ descriptor: CInt, _ path: String) -> Bool {
        var opened = stat()
        var present = stat()
        guard fstat(descriptor, &opened) == 0, stat(path, &present) == 0 else { return false }
        return opened.st_ino == present.st_ino && opened.st_dev == present.st_dev
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
        // Another gateway that writes it too may have put it aside just now.
        let isOurs = Self.isSameFile(current.descriptor, path)
        if !isOurs || rename(file, file + Self.asideSuffix) == 0 {
            close(current.descriptor)
            current.descriptor = -1
        } else if ftruncate(current.descriptor, 0) == 0 {
            current.size = 0
        }
    }

    private static func removeOldFiles(in folder: String) {
        let oldest = (Timestamp.now + .seconds(-86_400 * keptDays)).isoDay
        for name in FolderListing.names(in: folder) where name.hasPrefix("openclaw-") {
            let day = name.dropFirst("openclaw-".count).prefix(oldest.count)
            let isLog = name.hasSuffix("-\(day).log") || name.hasSuffix("-\(day).log\(asideSuffix)")
            if isLog, day < oldest { unlink("\(folder)/\(name)") }
        }
    }
}
