#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A copy of a database that stands where nothing can be written: SQLite cannot read its log in such a place.
///
/// Its files are gone as soon as the copy is open, so nothing of what people said is left behind.
struct DatabaseCopy {
    let folder: String
    var path: String { "\(folder)/copy.sqlite" }

    /// Copies the database and its log into a folder of its own below `parent`; what is not there is left out.
    init(of original: String, below parent: String) throws {
        var template = Array("\(parent)/openclaw-copy.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Self.failure(original, errno) }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        do {
            for suffix in ["", "-wal"] { try Self.copy(original + suffix, to: path + suffix) }
        } catch {
            remove()
            throw error
        }
    }

    func remove() {
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(path + suffix) }
        rmdir(folder)
    }

    /// 1 MiB at a time: a database is a few hundred of them.
    private static let pieceBytes = 1 << 20

    private static func copy(_ from: String, to: String) throws {
        let source = openFile(from, O_RDONLY | O_CLOEXEC)
        if source < 0, errno == ENOENT { return }
        guard source >= 0 else { throw failure(from, errno) }
        defer { closeFile(source) }
        let target = openFile(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard target >= 0 else { throw failure(to, errno) }
        defer { closeFile(target) }
        var piece = [UInt8](repeating: 0, count: pieceBytes)
        while true {
            let count = read(source, &piece, piece.count)
            guard count >= 0 else { throw failure(from, errno) }
            if count == 0 { return }
            var written = 0
            while written < count {
                let more = piece.withUnsafeBytes {
                    write(target, $0.baseAddress?.advanced(by: written), count - written)
                }
                guard more > 0 else { throw failure(to, errno) }
                written += more
            }
        }
    }

    private static func failure(_ path: String, _ code: Int32) -> StoreError {
        .cannotOpen(path: path, reason: String(cString: strerror(code)))
    }
}
