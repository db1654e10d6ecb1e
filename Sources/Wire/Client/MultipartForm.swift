#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A form with files in it (RFC 7578); the files are read while they are sent, and never held whole.
package struct MultipartForm: Sendable {
    private var pieces: [BodyPiece] = []
    private let boundary: String

    package init() { boundary = "----form-" + Digest.hex(SecureRandom.bytes(16)) }

    /// Adds a field.
    package mutating func append(_ name: String, _ value: String) {
        appendHead("form-data; name=\"\(Self.quoted(name))\"")
        pieces.append(.bytes(Array((value + "\r\n").utf8)))
    }

    /// Adds a file under the name of a field.
    package mutating func append(_ name: String, _ file: FormFile) {
        appendHead(
            "form-data; name=\"\(Self.quoted(name))\"; filename=\"\(Self.quoted(file.name))\"",
            type: file.mimeType)
        pieces.append(.file(path: file.path, byteCount: file.byteCount))
        pieces.append(.bytes(Array("\r\n".utf8)))
    }

    /// Adds a field of another type than text, or a file that is in memory already.
    package mutating func append(_ name: String, _ bytes: [UInt8], fileName: String? = nil, mimeType: String)
    {
        let file = fileName.map { "; filename=\"\(Self.quoted($0))\"" } ?? ""
        appendHead("form-data; name=\"\(Self.quoted(name))\"\(file)", type: mimeType)
        pieces.append(.bytes(bytes + Array("\r\n".utf8)))
    }

    /// A POST with all that was added.
    package func request(to url: String) -> WebRequest {
        var request = WebRequest("POST", url)
        fill(&request)
        return request
    }

    /// Makes all that was added the request's body.
    package func fill(_ request: inout WebRequest) {
        request.headers.append(("Content-Type", "multipart/form-data; boundary=\(boundary)"))
        request.pieces = pieces + [.bytes(Array("--\(boundary)--\r\n".utf8))]
    }

    private mutating func appendHead(_ disposition: String, type: String? = nil) {
        var head = "--\(boundary)\r\nContent-Disposition: \(disposition)\r\n"
        if let type { head += "Content-Type: \(Self.line(type))\r\n" }
        pieces.append(.bytes(Array((head + "\r\n").utf8)))
    }

    /// What would end the line becomes a space; a type has quotes of its own.
    private static func line(_ text: String) -> String {
        let bytes = text.utf8.map { HTTPGrammar.isFieldValue($0) ? $0 : HTTPGrammar.space }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// As browsers do it: what would end the quotes or the line is escaped.
    private static func quoted(_ text: String) -> String {
        var quoted = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "%22"
            case "\r": quoted += "%0D"
            case "\n": quoted += "%0A"
            case "\0": break
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted
    }
}

/// A file of a form.
package struct FormFile: Sendable, Hashable {
    package var path: String
    /// What the receiver calls it.
    package var name: String
    package var mimeType: String
    package let byteCount: Int

    /// Nil when there is no ordinary file at `path` that can be read.
    package init?(path: String, name: String, mimeType: String) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, access(path, R_OK) == 0 else {
            return nil
        }
        self.path = path
        self.name = name
        self.mimeType = mimeType
        byteCount = Int(status.st_size)
    }
}

/// A part of a body that is sent one after the other.
package enum BodyPiece: Sendable, Hashable {
    case bytes([UInt8])
    /// Exactly this many bytes of a file; when it has fewer by then, the request fails.
    case file(path: String, byteCount: Int)

    var byteCount: Int {
        switch self {
        case .bytes(let bytes): bytes.count
        case .file(_, let byteCount): byteCount
        }
    }
}
