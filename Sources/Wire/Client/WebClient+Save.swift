extension WebClient {
    /// Writes the body of a 2xx reply to `path`, which exists, readable for us alone, only once it is whole; of any other reply
    /// only the head is told.
    ///
    /// Never holds more than 32 KiB. Throws `.tooLarge` beyond `maxBytes` (after decompression), at once when the reply says
    /// so itself, and `.notSaved` when the file cannot be written.
    package func save(
        _ request: WebRequest, to path: String, atMost maxBytes: Int
    ) async throws(WebError) -> WebReplyHead {
        let stream = try await open(request)
        guard (200..<300).contains(stream.head.status) else {
            stream.release()
            return stream.head
        }
        let tooLarge = WebError.tooLarge("`\(request.host)` sent more than \(maxBytes) bytes.")
        if let count = stream.head["content-length"].flatMap({ Int($0) }), count > maxBytes { throw tooLarge }
        let file = try GrowingFile(for: path)
        while let part = try await stream.next() {
            guard file.byteCount + part.count <= maxBytes else { throw tooLarge }
            try file.append(part)
        }
        try file.finish()
        return stream.head
    }
}
