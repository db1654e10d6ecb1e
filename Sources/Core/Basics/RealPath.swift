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

    /// Whether an absolute path leads over the file system of `place` on the way, wherever it ends; true as well for links
    /// in a circle.
    package static func leads(_ path: String, over place: String) -> Bool {
        var mount = stat()
        guard lstat(place, &mount) == 0 else { return false }
        var here = ""
        var ahead: [String] = path.split(separator: "/").reversed().map(String.init)
        var linksLeft = mostLinks
        while let name = ahead.popLast() {
            if name == "." { continue }
            if name == ".." {
                here = String(here[..<(here.lastIndex(of: "/") ?? here.startIndex)])
                continue
            }
            let next = "\(here)/\(name)"
            var status = stat()
            guard lstat(next, &status) == 0 else { return false }
            if status.st_dev == mount.st_dev { return true }
            guard let said = link(next) else {
                here = next
                continue
            }
            linksLeft -= 1
            if linksLeft == 0 { return true }
            if said.hasPrefix("/") { here = "" }
            ahead += said.split(separator: "/").reversed().map(String.init)
        }
        return false
    }

    /// Links that the system follows for one path.
    private static let mostLinks = 40

    /// Whether one real path is in a folder, or is that folder.
    package static func isInside(_ path: String, _ folder: String) -> Bool {
        path == folder || path.hasPrefix(folder == "/" ? "/" : folder + "/")
    }
}
