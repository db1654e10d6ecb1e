extension WebStream {
    /// Writes the rest of the body, piece by piece, to a new file that only its owner may read, replacing one that is there.
    ///
    /// The file has its name once it is whole. Throws `.tooLarge` and closes when it has more than `most` bytes, or says at once
    /// that it will; `.unavailable` when it cannot be written. After any error nothing of it is left.
    package func save(to path: String, upTo most: Int) async throws(WebError) {
        do throws(WebError) {
            let tooLarge = WebError.tooLarge("The file has more than \(most) bytes.")
            if let count = head["content-length"].flatMap({ Int($0) }), count > most { throw tooLarge }
            let file = try GrowingFile(for: path)
            while let part = try await next() {
                guard file.byteCount + part.count <= most else { throw tooLarge }
                try file.append(part)
            }
            try file.finish()
        } catch {
            close()
            throw error
        }
    }
}

extension WebClient {
    /// Fetches what `request` asks for into a new file that only its owner may read; an answer other than 200 is an error.
    ///
    /// Throws as `WebStream.save` does.
    package func save(_ request: WebRequest, to path: String, atMost most: Int) async throws(WebError) {
        let stream = try await open(request)
        guard stream.head.status == 200 else {
            stream.close()
            throw .invalidRequest("`\(request.host)` answered HTTP \(stream.head.status).")
        }
        try await stream.save(to: path, upTo: most)
    }
}
