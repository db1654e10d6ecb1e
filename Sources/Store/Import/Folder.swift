#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A folder of the state directory that is being imported.
struct Folder: Sendable {
    let path: String

    /// The names in it, sorted; empty when there is no such folder.
    var names: [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: $0.pointee)) {
                    String(cString: $0)
                }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    subscript(name: String) -> Folder { Folder(path: path + "/" + name) }

    func file(_ name: String) -> String { path + "/" + name }

    static func isFile(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }
}
