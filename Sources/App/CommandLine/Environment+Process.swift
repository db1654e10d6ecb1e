import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension Environment {
    /// The process's own variables, read once.
    static func current() -> Environment {
        var variables: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let parts = String(cString: text).split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            variables[String(parts[0])] = parts.count == 2 ? String(parts[1]) : ""
            entry += 1
        }
        return Environment(variables)
    }

    /// Overwrites what this process was started with, once it is read.
    ///
    /// `/proc/<pid>/environ` shows it to everything that runs as the same user, and so to each command of the
    /// assistant. What C libraries look up later stays.
    static func hideFromOtherProcesses() {
        var entry = environ
        while let text = entry.pointee {
            entry += 1
            let name = String(cString: text).prefix { $0 != "=" }
            guard !staysReadable(name) else { continue }
            let start = name.utf8.count + 1
            if strlen(text) > start { memset(text + start, 0, strlen(text) - start) }
        }
    }

    private static let readable: Set<Substring> = [
        "HOME", "LANG", "LOGNAME", "PATH", "PWD", "SHELL", "TERM", "TMPDIR", "TZ", "USER",
    ]

    private static func staysReadable(_ name: Substring) -> Bool {
        readable.contains(name) || name.hasPrefix("LC_") || name.lowercased().hasSuffix("_proxy")
    }

    /// The home directory: the variable's, which services often lack, or else the one that the system knows of this user.
    var home: String {
        self["HOME"] ?? getpwuid(getuid()).map { String(cString: $0.pointee.pw_dir) } ?? "/"
    }
}
