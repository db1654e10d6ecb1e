#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What is in a folder.
package enum FolderListing {
    /// The names without `.` and `..`, in no order; none when the folder cannot be read.
    package static func names(in path: String) -> [String] {
        // Those who ask so have nothing to do where there is nothing to see.
        (try? read(path)) ?? []
    }

    /// The system's number for why a folder cannot be read.
    package struct Failure: Error {
        package let code: CInt
        /// There is no such folder.
        package var isAbsence: Bool { code == ENOENT || code == ENOTDIR }
    }

    /// The same names; throws when there is no folder or it cannot be read.
    package static func read(_ path: String) throws(Failure) -> [String] {
        guard let folder = opendir(path) else { throw Failure(code: errno) }
        defer { closedir(folder) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw Failure(code: errno) }
        return names
    }
}
