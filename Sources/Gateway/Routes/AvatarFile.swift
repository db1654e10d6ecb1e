import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A picture in an agent's workspace.
///
/// Anyone may fetch it without a secret, so it must be an image by its name, small, and inside the workspace with every
/// symbolic link followed.
struct AvatarFile: Hashable {
    /// Why a file is not served; the raw value is the word that clients know.
    enum Refusal: String, Error {
        case missing
        case outsideWorkspace = "outside_workspace"
        case unsupportedExtension = "unsupported_extension"
        case tooLarge = "too_large"
    }

    /// The workspace with its links followed, and the names from there to the file, none of which is a link.
    private let root: String
    private let names: [String]
    let contentType: String
    /// The mark of this version, in quotes.
    let etag: String

    /// The largest picture served, 2 MiB: the original's limit.
    static let mostBytes = 2 << 20

    /// `path` is absolute, or relative to the workspace.
    init(_ path: String, in workspace: String) throws(Refusal) {
        guard !path.utf8.contains(0), let root = RealPath.of(workspace),
            let file = RealPath.of(path.hasPrefix("/") ? path : workspace + "/" + path)
        else { throw .missing }
        guard file.hasPrefix(root == "/" ? root : root + "/") else { throw .outsideWorkspace }
        guard let type = Self.type(of: file) else { throw .unsupportedExtension }
        self.root = root
        names = file.dropFirst(root.count).split(separator: "/").map(String.init)
        contentType = type
        var facts = stat()
        guard stat(file, &facts) == 0 else { throw .missing }
        etag = try Self.etag(of: facts)
    }

    /// The file's bytes, or nil when it is not there any more, or a link by now.
    func read() -> [UInt8]? {
        guard var descriptor = Self.open(root, O_DIRECTORY, in: AT_FDCWD) else { return nil }
        defer { close(descriptor) }
        for (index, name) in names.enumerated() {
            // A folder may be swapped for a link after the path was looked at: none is followed here.
            let kind = index == names.count - 1 ? O_NONBLOCK : O_DIRECTORY
            guard let next = Self.open(name, kind | O_NOFOLLOW, in: descriptor) else { return nil }
            close(descriptor)
            descriptor = next
        }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, (try? Self.etag(of: facts)) == etag else { return nil }
        return Self.bytes(of: descriptor, count: Int(facts.st_size))
    }

    /// The media type by the name's ending; nil for what is no picture that browsers show.
    static func type(of path: String) -> String? {
        guard let dot = path.lastIndex(of: ".") else { return nil }
        return types[path[dot...].dropFirst().lowercased()]
    }

    private static let types = [
        "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif",
        "webp": "image/webp", "svg": "image/svg+xml",
    ]

    private static func etag(of facts: stat) throws(Refusal) -> String {
        guard facts.st_mode & S_IFMT == S_IFREG else { throw .missing }
        guard facts.st_size <= mostBytes else { throw .tooLarge }
        let changed = facts.modified
        return "\"\(facts.st_ino)-\(facts.st_size)-\(changed.tv_sec)-\(changed.tv_nsec)\""
    }

    private static func open(_ name: String, _ flags: CInt, in folder: CInt) -> CInt? {
        let descriptor = openat(folder, name, O_RDONLY | O_CLOEXEC | flags)
        return descriptor >= 0 ? descriptor : nil
    }

    private static func bytes(of descriptor: CInt, count: Int) -> [UInt8]? {
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = pread(
                    descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, off_t(filled))
                guard got > 0 else { return }
                filled += got
            }
        }
        return bytes.count == count ? bytes : nil
    }
}
