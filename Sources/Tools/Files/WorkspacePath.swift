import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where a path that a model wrote leads, with every symbolic link followed.
struct WorkspacePath: Hashable {
    /// Absolute, without links, `.` and `..`.
    let absolute: String
    /// As people know it: relative to the workspace when it is inside.
    let shown: String

    /// Throws when it leads out of the workspace and may not.
    init(_ path: String, workspace: String, staysInside: Bool) throws(ToolFailure) {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw ToolFailure("`path` is empty or holds a zero byte.")
        }
        guard path.utf8.count <= Int(PATH_MAX) else {
            throw ToolFailure("`path` is longer than \(PATH_MAX) bytes.")
        }
        let root = RealPath.of(workspace) ?? workspace
        guard let absolute = Self.resolve(Self.expand(path, in: root)) else {
            throw ToolFailure(
                "`\(path)` leads through something that is no folder, or a link that ends nowhere.")
        }
        let isInside = RealPath.isInside(absolute, root)
        guard isInside || !staysInside else {
            throw ToolFailure(
                "`\(path)` is outside the workspace \(workspace). File tools stay inside it while "
                    + "`tools.fs.workspaceOnly` is true.")
        }
        self.absolute = absolute
        shown =
            isInside && absolute != root
            ? String(absolute.dropFirst(root == "/" ? 1 : root.count + 1)) : absolute
    }

    private static func expand(_ path: String, in root: String) -> String {
        if path.hasPrefix("/") { return path }
        if path == "~" || path.hasPrefix("~/"), let home = getenv("HOME") {
            return String(cString: home) + path.dropFirst()
        }
        return "\(root)/\(path)"
    }

    /// Follows links as far as the path exists; what does not exist yet must be plain names.
    private static func resolve(_ path: String) -> String? {
        var missing: [Substring] = []
        var parts = path.split(separator: "/")[...]
        while true {
            let existing = "/" + parts.joined(separator: "/")
            if let real = RealPath.of(existing) {
                let rest = missing.reversed().filter { $0 != "." }
                guard rest.isEmpty || isFolder(real), !rest.contains("..") else { return nil }
                return rest.isEmpty ? real : (real == "/" ? "" : real) + "/" + rest.joined(separator: "/")
            }
            // A link that ends nowhere exists, and writing through it would leave the way we checked.
            guard !isLink(existing), let last = parts.popLast() else { return nil }
            missing.append(last)
        }
    }

    private static func isLink(_ path: String) -> Bool { mode(path) == S_IFLNK }
    private static func isFolder(_ path: String) -> Bool { mode(path) == S_IFDIR }

    private static func mode(_ path: String) -> mode_t? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
    }
}
