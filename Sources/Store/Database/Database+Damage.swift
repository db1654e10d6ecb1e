#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension Database {
    /// What is wrong with the file at `path` at first sight, as a sentence; nil when it is whole as far as its head tells, or
    /// is not there.
    ///
    /// Only looks: another process may have it open, and root must leave nothing of its own beside it
    /// (sqlite.org/fileformat2.html, section 1.3).
    package static func damage(path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_size != 0 else { return nil }
        guard status.st_mode & S_IFMT == S_IFREG else {
            return "`\(path)` is no file, so nothing can be kept."
        }
        // Who may not read it is told elsewhere.
        guard let head = beginning(of: path, headBytes) else { return nil }
        guard head.count == headBytes, head.starts(with: "SQLite format 3\0".utf8) else {
            return damaged(path, "it is no database")
        }
        func number(at place: Int, _ bytes: Int) -> Int {
            head[place..<(place + bytes)].reduce(0) { $0 << 8 | Int($1) }
        }
        let page = number(at: 16, 2) == 1 ? 65_536 : number(at: 16, 2)
        // Pages that the write-ahead log holds may not be in the file yet.
        let isCut = number(at: 24, 4) == number(at: 92, 4) && number(at: 28, 4) * page > status.st_size
        return isCut && access(path + "-wal", F_OK) != 0 ? damaged(path, "its end is missing") : nil
    }

    private static let headBytes = 100

    private static func damaged(_ path: String, _ detail: String) -> String {
        StoreError.damaged(path: path, detail: detail).description
    }
}

/// Outside the type, which has a `close` of its own.
private func beginning(of path: String, _ count: Int) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: count)
    let found = pread(file, &bytes, count, 0)
    return Array(bytes.prefix(max(found, 0)))
}
