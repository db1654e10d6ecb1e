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

    /// The home directory, or `/` where none is set.
    var home: String { self["HOME"] ?? "/" }
}
