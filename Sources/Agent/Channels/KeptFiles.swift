import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Keeps what people send from filling the volume: the oldest files of a folder go when there are too many.
@MainActor
final class KeptFiles {
    /// A fifth of the smallest volume that is sold.
    private let mostBytes: Int
    /// A folder of so many is still listed in a few milliseconds.
    private let mostFiles: Int
    /// Files saved since each folder was last looked through.
    private var saved: [String: Int] = [:]

    /// A folder is looked through when its first file is saved, and after so many more.
    private static let filesBetweenLooks = 20

    init(mostBytes: Int = 200 << 20, mostFiles: Int = 2_000) {
        self.mostBytes = mostBytes
        self.mostFiles = mostFiles
    }

    /// A file was saved in `folder`.
    ///
    /// Names begin with the time they were saved at, so that the oldest come first.
    func note(_ folder: String) {
        let count = saved[folder].map { $0 + 1 } ?? Self.filesBetweenLooks
        saved[folder] = count % Self.filesBetweenLooks
        if count >= Self.filesBetweenLooks { makeRoom(in: folder) }
    }

    private func makeRoom(in folder: String) {
        var bytes = 0
        var count = 0
        for name in FolderListing.names(in: folder).sorted(by: >) {
            let path = "\(folder)/\(name)"
            var status = stat()
            guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
            bytes += Int(status.st_size)
            count += 1
            if bytes > mostBytes || count > mostFiles { unlink(path) }
        }
    }
}
