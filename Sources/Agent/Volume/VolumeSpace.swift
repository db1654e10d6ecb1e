#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How much room the file system of a folder has.
package struct VolumeSpace: Sendable, Hashable {
    package var totalBytes: Int64
    /// What the gateway's own user may still write.
    package var freeBytes: Int64
    /// Files that can still be made; nil where the file system does not count them.
    package var freeFiles: Int64?
    package var isReadOnly: Bool

    package init(totalBytes: Int64, freeBytes: Int64, freeFiles: Int64? = nil, isReadOnly: Bool = false) {
        self.totalBytes = totalBytes
        self.freeBytes = freeBytes
        self.freeFiles = freeFiles
        self.isReadOnly = isReadOnly
    }

    /// Nil when the folder is not there or cannot be asked about; one system call, about a microsecond.
    package init?(of folder: String) {
        var status = statvfs()
        guard statvfs(folder, &status) == 0, status.f_blocks > 0 else { return nil }
        let block = Int64(status.f_frsize)
        totalBytes = Int64(status.f_blocks) * block
        freeBytes = Int64(status.f_bavail) * block
        freeFiles = status.f_files > 0 ? Int64(status.f_favail) : nil
        isReadOnly = UInt(status.f_flag) & UInt(ST_RDONLY) != 0
    }

    package var freePercent: Int64 { freeBytes * 100 / max(totalBytes, 1) }

    /// `812 MB of 1024 MB free`.
    package var text: String { "\(freeBytes.megabytes) MB of \(totalBytes.megabytes) MB free" }

    // MARK: Limits

    /// A tenth of the volume, and no less than 64 MB: a busy day of an assistant with pictures writes about 30 MB, so two
    /// days are left to enlarge it. Half a gigabyte is room enough on any disk. Of less than 256 MB a quarter counts.
    var lowBytes: Int64 {
        max(min(64 << 20, totalBytes / 4), min(totalBytes / 10, 512 << 20))
    }

    /// 8 MB: the database's log may grow by 4 MB before it is moved, and what runs already must still be stored. Of less
    /// than 128 MB a sixteenth counts.
    var fullBytes: Int64 { min(8 << 20, totalBytes / 16) }

    /// What can be written before the volume counts as full; less than 0 on one that does.
    package var usableBytes: Int64 { freeBytes - fullBytes - fullBytes / 8 }

    /// What is kept for what has begun (`DiskReserve`): half of what makes it full, and only of what is free above it.
    var reserveBytes: Int64 { max(min(fullBytes / 2, usableBytes), 0) }

    /// A turn makes a handful of files at most; a thousand are left to notice.
    static let lowFiles: Int64 = 1_000
    static let fullFiles: Int64 = 32

    /// What this much room means; coming from a worse level, an eighth more is asked for, so that it does not flap.
    package func level(after before: VolumeLevel = .roomy) -> VolumeLevel {
        if isReadOnly { return .readOnly }
        if isBelow(fullBytes, Self.fullFiles, before >= .full) { return .full }
        return isBelow(lowBytes, Self.lowFiles, before >= .low) ? .low : .roomy
    }

    private func isBelow(_ bytes: Int64, _ files: Int64, _ wasBelow: Bool) -> Bool {
        freeBytes < (wasBelow ? bytes + bytes / 8 : bytes)
            || freeFiles.map { $0 < (wasBelow ? files + files / 8 : files) } ?? false
    }
}

/// How a volume is, from good to bad.
package enum VolumeLevel: String, Sendable, Comparable {
    case roomy = "ok"
    case low
    /// Nothing new is taken in.
    case full
    /// The same; the system mounts a volume so when it finds it damaged.
    case readOnly = "read-only"
    /// The same: what is open is no longer what lies there.
    case replaced

    private var rank: Int {
        switch self {
        case .roomy: 0
        case .low: 1
        case .full: 2
        case .readOnly: 3
        case .replaced: 4
        }
    }

    /// `volume full`, for `/readyz`.
    var reason: String { self == .replaced ? "database replaced" : "volume \(rawValue)" }

    package static func < (a: VolumeLevel, b: VolumeLevel) -> Bool { a.rank < b.rank }
}

extension Int64 {
    /// Of 1,048,576 bytes, rounded down.
    package var megabytes: Int64 { self >> 20 }
}
