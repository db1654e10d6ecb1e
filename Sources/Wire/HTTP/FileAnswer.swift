#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The answer that a file gives to a request.
struct FileAnswer {
    /// What is sent after the head.
    enum Content {
        case none
        case bytes([UInt8])
        /// An open descriptor, to be closed by whoever sends it.
        case file(CInt, Range<Int>)
    }

    private(set) var response: HTTPResponse
    private(set) var length = ResponseHead.Length.none
    private(set) var content = Content.none

    /// Files up to this size are read at once: it costs less than passing them on by descriptor.
    private static let maxReadBytes = 32 << 10

    init(_ file: FileBody, to request: HTTPRequest, _ response: HTTPResponse) {
        self.response = response
        let descriptor = Descriptor.openForReading(file.path)
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            Descriptor.close(descriptor)
            notFound()
            return
        }
        let size = Int(status.st_size)
        #if canImport(Glibc)
            let modified = status.st_mtim.tv_sec
        #else
            let modified = status.st_mtimespec.tv_sec
        #endif
        self.response.headers["Last-Modified"] = HTTPDate.text(modified)
        if let etag = file.etag { self.response.headers["ETag"] = etag }
        self.response.headers["Accept-Ranges"] = "bytes"
        let range = apply(
            FileConditions(etag: file.etag, modified: modified, size: size).evaluate(request), size)
        guard let range, !range.isEmpty, !request.isHead else {
            Descriptor.close(descriptor)
            return
        }
        attach(descriptor, range)
    }

    private mutating func notFound() {
        let answer = HTTPResponse.text("404 Not Found\n", status: 404)
        response = answer
        guard case .bytes(let bytes) = answer.body else { return }
        length = .bytes(bytes.count)
        content = .bytes(bytes)
    }

    /// Sets status and headers; gives the part of the file to send, if any.
    private mutating func apply(_ outcome: FileConditions.Outcome, _ size: Int) -> Range<Int>? {
        switch outcome {
        case .whole:
            length = .bytes(size)
            return 0..<size
        case .part(let range):
            response.status = 206
            response.headers["Content-Range"] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)"
            length = .bytes(range.count)
            return range
        case .notModified: response.status = 304
        case .preconditionFailed:
            response.status = 412
            length = .bytes(0)
        case .unsatisfiable:
            response.status = 416
            response.headers["Content-Range"] = "bytes */\(size)"
            length = .bytes(0)
        }
        return nil
    }

    private mutating func attach(_ descriptor: CInt, _ range: Range<Int>) {
        guard range.count <= Self.maxReadBytes else {
            content = .file(descriptor, range)
            return
        }
        let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
            count = max(0, pread(descriptor, buffer.baseAddress, range.count, off_t(range.lowerBound)))
        }
        Descriptor.close(descriptor)
        length = .bytes(bytes.count)
        content = .bytes(bytes)
    }
}
