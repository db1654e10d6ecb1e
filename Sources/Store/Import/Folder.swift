import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A folder of the state directory that is being imported.
struct Folder: Sendable {
    let path: String

    /// The names in it, sorted; empty when there is no such folder.
    var names: [String] { FolderListing.names(in: path).filter { !$0.hasPrefix(".") }.sorted() }

    subscript(name: String) -> Folder { Folder(path: path + "/" + name) }

    func file(_ name: String) -> String { path + "/" + name }

    static func isFile(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }
}
