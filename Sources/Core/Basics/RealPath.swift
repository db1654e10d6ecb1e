#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where a path leads, with every symbolic link followed.
package enum RealPath {
    /// Absolute, without `.` and `..`; nil when there is nothing.
    package static func of(_ path: String) -> String? {
        guard let found = realpath(path, nil) else { return nil }
        defer { free(found) }
        return String(cString: found)
    }

    /// What a symbolic link says, followed no further; nil for what is no link.
    package static func link(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Whether one real path is in a folder, or is that folder.
    package static func isInside(_ path: String, _ folder: String) -> Bool {
        path == folder || path.hasPrefix(folder == "/" ? "/" : folder + "/")
    }
}
