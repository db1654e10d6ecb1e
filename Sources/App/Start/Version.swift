#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What this program calls itself.
enum Version {
    static let text = "2026.11.0"

    #if os(Linux)
        static let platform = "linux"
    #else
        static let platform = "darwin"
    #endif

    #if arch(x86_64)
        static let architecture = "x64"
    #else
        static let architecture = "arm64"
    #endif

    /// The kernel's release, for the gateway's own presence entry.
    static var systemRelease: String {
        var names = utsname()
        uname(&names)
        return withUnsafePointer(to: &names.release) { pointer in
            pointer.withMemoryRebound(to: CChar.self, capacity: 65) { String(cString: $0) }
        }
    }

    static var hostname: String {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count - 1)
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// What the process knows of itself.
enum ProcessFacts {
    static var pid: Int { Int(getpid()) }
    /// A person sits at the terminal that started it.
    static var isInteractive: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 }
}
