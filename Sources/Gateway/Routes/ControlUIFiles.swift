import Core
import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The page's files on disk.
struct ControlUIFiles {
    let folder: String
    /// Makes the index that is sent, when the folder holds another page than ours.
    let foreign: (([UInt8]) -> ForeignIndex)?

    func response(to request: HTTPRequest, path: String) -> HTTPResponse {
        guard let file = file(for: path) else { return ControlUIRoutes.notFound }
        if file.isIndex, let foreign { return index(file.path, foreign) }
        if file.isIndex, let start = Self.wayBack(from: path) {
            var response = HTTPResponse(status: 302)
            response.headers["Location"] = start
            response.headers["Cache-Control"] = "no-cache"
            return response
        }
        guard let served = variant(of: file.path, accepting: request.headers["accept-encoding"]) else {
            return file.isIndex ? Self.missingIndex : ControlUIRoutes.notFound
        }
        var response = HTTPResponse(body: .file(FileBody(path: served.path, etag: served.etag)))
        response.headers["Content-Type"] = Self.contentType(of: file.path)
        response.headers["Cache-Control"] =
            file.isImmutable ? "public, max-age=31536000, immutable" : "no-cache"
        response.headers["Vary"] = "Accept-Encoding"
        if let encoding = served.encoding { response.headers["Content-Encoding"] = encoding }
        for (name, value) in Self.securityHeaders(policy: Self.policy(at: request.host)) {
            response.headers[name] = value
        }
        return response
    }

    /// Pages of the app with addresses of their own, below which everything is theirs.
    private static let pages: Set<Substring> = ["chat", "sessions", "status", "config"]

    /// From an address of several parts that is no page's to where the app begins, wherever a proxy has put that.
    ///
    /// The app itself would take what is before the last part for the place it is served at.
    private static func wayBack(from path: String) -> String? {
        let parts = path.split(separator: "/")
        guard parts.count > 1, !pages.contains(parts[0]) else { return nil }
        return String(repeating: "../", count: path.hasSuffix("/") ? parts.count : parts.count - 1)
    }

    /// Another page's index is read each time: it is small, and changes when people build it.
    private func index(_ path: String, _ foreign: ([UInt8]) -> ForeignIndex) -> HTTPResponse {
        // Whatever keeps it from being read, people are told which file it was.
        guard let file = try? PrivateFile.read(path, limit: Self.mostIndexBytes) else {
            return Self.missingIndex
        }
        let index = foreign(file)
        var response = HTTPResponse(body: .bytes(index.html))
        response.headers["Content-Type"] = Self.contentType(of: path)
        response.headers["Cache-Control"] = "no-cache"
        for (name, value) in Self.securityHeaders(policy: index.policy) { response.headers[name] = value }
        return response
    }

    /// The original's index has 18 kB.
    private static let mostIndexBytes = 1 << 20

    private struct File {
        var path: String
        var isImmutable = false
        var isIndex = false
    }

    /// The file a path means.
    ///
    /// A path without a file and without an extension is a page of the app: the index.
    private func file(for path: String) -> File? {
        guard !path.utf8.contains(0), !path.split(separator: "/").contains("..") else { return nil }
        var path = path
        if let assets = path.range(ofSegment: "/assets/") { path = String(path[assets...]) }
        if path == "/" || path == "/index.html" { return index }
        if let found = place(of: folder + path), Self.isFile(found) {
            return File(path: found, isImmutable: path.hasPrefix("/assets/"))
        }
        let isReserved = ["/api", "/v1", "/ui", "/hooks", "/tools"].contains {
            path == $0 || path.hasPrefix($0 + "/")
        }
        let name = path.split(separator: "/").last ?? ""
        if isReserved || path.hasPrefix("/assets/") || name.contains(".") { return nil }
        return index
    }

    /// Without a path when there is none to serve.
    private var index: File { File(path: place(of: folder + "/index.html") ?? "", isIndex: true) }

    /// Where a file really is; nil when it is outside the folder, or hidden: links lead anywhere, and editors and tools keep
    /// secrets in hidden files.
    private func place(of path: String) -> String? {
        guard let root = RealPath.of(folder), let real = RealPath.of(path), RealPath.isInside(real, root),
            !real.dropFirst(root.count).contains("/.")
        else { return nil }
        return real
    }

    /// The file itself, or a packed one beside it that the client can read.
    private func variant(
        of path: String, accepting header: String?
    ) -> (path: String, encoding: String?, etag: String)? {
        let accepted = (header ?? "").split(separator: ",").map { part in
            let fields = part.split(separator: ";").map { $0.trimmed.lowercased() }
            let isRefused = fields.contains { $0.hasPrefix("q=") && Double($0.dropFirst(2)) == 0 }
            return isRefused ? "" : fields.first ?? ""
        }
        for (encoding, ending) in [("br", ".br"), ("gzip", ".gz")] where accepted.contains(encoding) {
            if let packed = place(of: path + ending), let etag = Self.etag(of: packed) {
                return (packed, encoding, etag)
            }
        }
        return Self.etag(of: path).map { (path, nil, $0) }
    }

    private static func isFile(_ path: String) -> Bool { etag(of: path) != nil }

    /// Size and time of change; nil when it is no file.
    private static func etag(of path: String) -> String? {
        var facts = stat()
        guard stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return nil }
        let changed = facts.modified
        let time = String(changed.tv_sec &* 1000 &+ changed.tv_nsec / 1_000_000, radix: 36)
        return
            "\"\(String(facts.st_size, radix: 36))-\(time)\(path.hasSuffix(".br") ? "b" : path.hasSuffix(".gz") ? "g" : "")\""
    }

    private static var missingIndex: HTTPResponse {
        HTTPResponse.text(
            "The Control UI's `index.html` was not found. Build it with `make ui`, or name its folder in "
                + "`gateway.controlUi.root`.\n", status: 503)
    }
}

// MARK: - Headers

extension ControlUIFiles {
    private static func securityHeaders(policy: String) -> [(String, String)] {
        [
            ("Content-Security-Policy", policy),
            ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
            ("X-Frame-Options", "DENY"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
        ]
    }

    /// To most browsers `'self'` means the page's own socket too; older ones of Apple want it named.
    static func policy(at host: HostAndPort?) -> String {
        let authority = host.map { host in host.name + (host.port.map { ":\($0)" } ?? "") }
        // A policy has no words for an IPv6 address.
        let sockets =
            authority.map { host?.name.contains(":") == true ? "" : " ws://\($0) wss://\($0)" } ?? ""
        return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
            + "connect-src 'self'\(sockets); font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
            + "frame-ancestors 'none'"
    }

    private static func contentType(of path: String) -> String {
        let ending = path.split(separator: "/").last?.split(separator: ".").last.map { $0.lowercased() }
        return types[ending ?? ""] ?? "application/octet-stream"
    }

    private static let types: [String: String] = [
        "html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8",
        "mjs": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8",
        "json": "application/json; charset=utf-8", "map": "application/json; charset=utf-8",
        "webmanifest": "application/manifest+json", "svg": "image/svg+xml", "png": "image/png",
        "jpg": "image/jpeg",
        "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp", "ico": "image/x-icon",
        "txt": "text/plain; charset=utf-8", "woff2": "font/woff2", "woff": "font/woff",
        "wasm": "application/wasm",
    ]
}

extension String {
    /// Where the first such segment begins: deep links repeat the page's own path before it.
    fileprivate func range(ofSegment segment: String) -> Index? {
        let wanted = Array(segment.utf8)
        let bytes = utf8
        var start = bytes.startIndex
        while start < bytes.endIndex {
            if bytes[start...].starts(with: wanted) { return start }
            start = bytes.index(after: start)
        }
        return nil
    }
}
