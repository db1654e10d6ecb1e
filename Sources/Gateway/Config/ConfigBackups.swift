#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The five texts before the present one: `.bak` is the newest, then `.bak.1` to `.bak.4`.
enum ConfigBackups {
    private static let suffixes = [".bak", ".bak.1", ".bak.2", ".bak.3", ".bak.4"]

    /// The oldest is given up only when there is room for the new one.
    static func keep(_ bytes: [UInt8], of path: String) throws(FileError) {
        let newest = try PrivateFile.prepare(bytes, for: path + ".bak")
        for (newer, older) in zip(suffixes, suffixes.dropFirst()).reversed() {
            guard rename(path + newer, path + older) == 0 || errno == ENOENT else {
                throw FileError("rename", path + newer)
            }
        }
        try newest.putInPlace()
    }
}
