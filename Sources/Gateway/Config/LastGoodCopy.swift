import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The copy of the config that a gateway ran with last: a start takes it when the file has mistakes or is gone.
struct LastGoodCopy {
    let path: String

    /// The copy of a gateway that ran without a file.
    private static let defaultsRan = Array("{} // There was no config file, and all was default.\n".utf8)

    /// Whether there is a copy of a file, though it may be one that cannot be read.
    var isThere: Bool {
        do throws(FileError) { return try text() != nil } catch { return true }
    }

    /// What the file said; nil when there has been none.
    func text() throws(FileError) -> [UInt8]? {
        guard let copy = try read(), copy != Self.defaultsRan, !copy.isBlank else { return nil }
        return copy
    }

    /// What a start can take, and whether it was a file or nothing but defaults; a copy that cannot be read is none.
    func standIn() -> (text: [UInt8], origin: ConfigSnapshot.Origin)? {
        guard let copy = try? read(), !copy.isBlank else { return nil }
        return (copy, copy == Self.defaultsRan ? .defaults : .lastGood)
    }

    /// Why the copy cannot be read; empty when it can, or there is none.
    var problems: [ConfigIssue] {
        do throws(FileError) {
            _ = try read()
            return []
        } catch {
            return [ConfigIssue(path: .root, message: error.description)]
        }
    }

    /// With includes the copy holds all files in one, so that it stands alone.
    func save(_ bytes: [UInt8], _ loaded: LoadedConfig) {
        let copy = loaded.includedPaths.isEmpty ? bytes : Array((loaded.assembled.prettyText + "\n").utf8)
        // Losing the copy costs only the fallback, and the next good load tries again.
        let stored = try? read()
        if stored != copy { try? PrivateFile.write(copy, to: path, followsLink: false) }
    }

    /// A copy of a file that is gone stays: it may be all that is left of it.
    func saveThatDefaultsRan() {
        guard access(path, F_OK) != 0 else { return }
        // As above.
        try? PrivateFile.write(Self.defaultsRan, to: path, followsLink: false)
    }

    private func read() throws(FileError) -> [UInt8]? {
        try PrivateFile.read(path, limit: ConfigLoader.limits.maxBytes)
    }
}
