#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A `multipart/form-data` body (RFC 7578), with names written as browsers write them.
///
/// Files on disk are read while they are sent, 64 KiB at a time.
package struct MultipartForm: Sendable {
    /// A stretch of the body.
    enum Piece: Sendable {
        case bytes([UInt8])
        case file(path: String, byteCount: Int)
    }

    private let boundary: String
    private var parts: [Piece] = []

    /// 128 bits of chance: nobody can write a file that ends its own part.
    package init() {
        self.init(boundary: "form-" + Digest.hex(SecureRandom.bytes(16)))
    }

    init(boundary: String) {
        self.boundary = boundary
    }

    /// Adds a field; a media type is sent only when there is one.
    package mutating func add(_ name: String, value: String, type: String? = nil) {
        begin(Self.normalized(name), fileName: nil, type)
        parts.append(.bytes(Array(value.utf8)))
        end()
    }

    /// Adds a file that is in memory.
    package mutating func add(
        _ name: String, file bytes: [UInt8], fileName: String, type: String = "application/octet-stream"
    ) {
        begin(Self.normalized(name), fileName: fileName, type)
        parts.append(.bytes(bytes))
        end()
    }

    /// Adds a file that is on disk, as long as it is now.
    ///
    /// Throws `.invalidRequest` when it is no file that can be read. Should it have become shorter when it is sent, the request
    /// ends with `.interrupted`.
    package mutating func add(
        _ name: String, fileAt path: String, fileName: String, type: String = "application/octet-stream"
    ) throws(WebError) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, access(path, R_OK) == 0 else {
            throw .invalidRequest("There is no file to send at `\(path)`.")
        }
        begin(Self.normalized(name), fileName: fileName, type)
        parts.append(.file(path: path, byteCount: Int(status.st_size)))
        end()
    }

    var contentType: String { "multipart/form-data; boundary=\(boundary)" }

    /// The whole body.
    var pieces: [Piece] { parts + [.bytes(Array("--\(boundary)--\r\n".utf8))] }

    var byteCount: Int {
        pieces.reduce(0) { count, piece in
            switch piece {
            case .bytes(let bytes): count + bytes.count
            case .file(_, let byteCount): count + byteCount
            }
        }
    }

    private mutating func begin(_ name: String, fileName: String?, _ type: String?) {
        var head = "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(Self.escaped(name))\""
        if let fileName { head += "; filename=\"\(Self.escaped(fileName))\"" }
        head += "\r\n"
        if let type { head += "Content-Type: \(Self.line(type))\r\n" }
        parts.append(.bytes(Array((head + "\r\n").utf8)))
    }

    private mutating func end() { parts.append(.bytes(Array("\r\n".utf8))) }

    /// Whatever would end the line becomes a space.
    private static func line(_ text: String) -> String {
        let bytes = text.utf8.map { HTTPGrammar.isFieldValue($0) ? $0 : HTTPGrammar.space }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What would end the line or the quotes (HTML §4.10.21.8).
    private static func escaped(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): bytes.append("%22")
            case HTTPGrammar.carriageReturn: bytes.append("%0D")
            case HTTPGrammar.lineFeed: bytes.append("%0A")
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// With CR LF for every kind of line end, as a field's name must have.
    private static func normalized(_ name: String) -> String {
        var bytes: [UInt8] = []
        var previous: UInt8 = 0
        for byte in name.utf8 {
            let isLineFeed = byte == HTTPGrammar.lineFeed
            if isLineFeed, previous != HTTPGrammar.carriageReturn { bytes.append(HTTPGrammar.carriageReturn) }
            if previous == HTTPGrammar.carriageReturn, !isLineFeed { bytes.append(HTTPGrammar.lineFeed) }
            bytes.append(byte)
            previous = byte
        }
        if previous == HTTPGrammar.carriageReturn { bytes.append(HTTPGrammar.lineFeed) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
