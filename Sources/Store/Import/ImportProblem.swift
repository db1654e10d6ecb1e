import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Why one part of the original could not be read, and what mends it; the import goes on with the next.
struct ImportProblem: Error {
    let text: String
    /// Whether the part may be read another time though nothing in it has changed: rights, a lock, a missing library.
    ///
    /// Otherwise it is broken, and not looked at again before it is another.
    let mayPass: Bool

    init(_ text: String, mayPass: Bool = false) {
        self.text = text
        self.mayPass = mayPass
    }

    /// A file or folder that the system does not let us read; `code` is its reason.
    init(unreadable path: String, _ code: CInt) {
        switch code {
        case EACCES, EPERM: self.init(Self.closed(path), mayPass: true)
        case ENOMEM, EMFILE, ENFILE:
            self.init("`\(path)` was left out: \(String(cString: strerror(code)))", mayPass: true)
        default:
            self.init(
                "`\(path)` was left out: \(String(cString: strerror(code))). Put back a copy of it, and it is read"
            )
        }
    }

    /// Names the file, or the folder on the way to it, that this user may not read.
    private static func closed(_ path: String) -> String {
        var place = path
        var status = stat()
        while stat(place, &status) != 0, place.count > 1 { place = FilePath.folder(of: place) }
        let user = geteuid()
        let remedy =
            status.st_uid == user
            ? "its mode lets nobody read it. Run `chmod -R u+rwX \(place)`"
            : "it belongs to user \(status.st_uid) and this is user \(user). As root, run "
                + "`chown -R \(user) \(place)`"
        return "`\(place)` was left out: \(remedy)"
    }
}
