import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A folder of the state directory that is being imported.
struct Folder: Sendable {
    let path: String

    var realPath: String { RealPath.of(path) ?? path }

    /// The names in it, sorted; empty when there is no such folder.
    func names() throws(ImportProblem) -> [String] {
        do throws(FolderListing.Failure) {
            return try FolderListing.read(path).filter { !$0.hasPrefix(".") }.sorted()
        } catch {
            if error.isAbsence { return [] }
            throw ImportProblem(unreadable: path, error.code)
        }
    }

    subscript(name: String) -> Folder { Folder(path: path + "/" + name) }

    func file(_ name: String) -> String { path + "/" + name }

    /// A path as the report and the record call it: relative to this folder where it is in it.
    func place(of path: String) -> String {
        path.hasPrefix(self.path + "/") ? String(path.dropFirst(self.path.count + 1)) : path
    }

    /// The path of a place.
    func whole(_ place: String) -> String { place.hasPrefix("/") ? place : file(place) }

    /// Whether there is an ordinary file; throws where that cannot be seen.
    static func hasFile(_ path: String) throws(ImportProblem) -> Bool {
        var status = stat()
        if stat(path, &status) == 0 { return status.st_mode & S_IFMT == S_IFREG }
        if errno == ENOENT || errno == ENOTDIR { return false }
        throw ImportProblem(unreadable: path, errno)
    }
}
