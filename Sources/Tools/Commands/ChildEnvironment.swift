#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a child process may know of ours: where things are, never a key or a token.
package enum ChildEnvironment {
    private static let passedOn = [
        "HOME", "LANG", "LC_ALL", "LC_CTYPE", "LOGNAME", "PATH", "SHELL", "TMPDIR", "TZ", "USER",
    ]

    /// `path` instead of this process's own `PATH`.
    package static func make(path: String? = nil) -> [String: String] {
        var environment: [String: String] = [:]
        for name in passedOn {
            if let value = getenv(name) { environment[name] = String(cString: value) }
        }
        if let path { environment["PATH"] = path }
        environment["PATH"] =
            environment["PATH"] ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        environment["LANG"] = environment["LANG"] ?? "C.UTF-8"
        environment["TMPDIR"] = environment["TMPDIR"] ?? "/tmp"
        environment["TERM"] = "dumb"
        return environment
    }
}
