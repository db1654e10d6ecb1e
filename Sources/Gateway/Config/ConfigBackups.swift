#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The five texts before the present one: `.bak` is the newest, then `.bak.1` to `.bak.4`.
enum ConfigBackups {
    private static let suffixes = [".bak", ".bak.1", ".bak.2", ".bak.3", ".bak.4"]

    static func newest(of path: String) -> String { path + suffixes[0] }

    /// The oldest is given up only when there is room for the new one, and once for a text, however many changes of it
    /// fail after that.
    static func keep(_ bytes: [UInt8], of path: String) throws(FileError) {
        // One that cannot be read is replaced, or the rest says why not.
        guard (try? PrivateFile.read(newest(of: path), limit: bytes.count)) != bytes else { return }
        let backup = try PrivateFile.prepare(bytes, for: newest(of: path))
        for (newer, older) in zip(suffixes, suffixes.dropFirst()).reversed() {
            guard rename(path + newer, path + older) == 0 || errno == ENOENT else {
                throw FileError("rename", path + newer)
            }
        }
        try backup.putInPlace()
    }
}
