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

    /// Whether one real path is in a folder, or is that folder.
    package static func isInside(_ path: String, _ folder: String) -> Bool {
        path == folder || path.hasPrefix(folder == "/" ? "/" : folder + "/")
    }
}
