#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension WebStream {
    /// Writes the rest of the body to a new file that only its owner may read, replacing one that is there.
    ///
    /// Throws `.tooLarge` and closes when it has more than `most` bytes. After any error the file is gone.
    package func save(to path: String, upTo most: Int) async throws(WebError) {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else {
            close()
            throw .unavailable("Could not write `\(path)`: \(String(cString: strerror(errno))).")
        }
        do throws(WebError) {
            defer { Descriptor.close(file) }
            try await copy(to: file, path, upTo: most)
        } catch {
            close()
            unlink(path)
            throw error
        }
    }

    private func copy(to file: CInt, _ path: String, upTo most: Int) async throws(WebError) {
        var byteCount = 0
        while let part = try await next() {
            byteCount += part.count
            guard byteCount <= most else { throw .tooLarge("The file has more than \(most) bytes.") }
            let isWritten = part.withUnsafeBytes { bytes in
                var rest = bytes[...]
                while !rest.isEmpty {
                    let count = write(file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                    guard count > 0 else { return false }
                    rest = rest.dropFirst(count)
                }
                return true
            }
            guard isWritten else {
                throw .unavailable("Could not write `\(path)`: \(String(cString: strerror(errno))).")
            }
        }
    }
}

extension WebClient {
    /// Fetches what `request` asks for into a new file that only its owner may read; an answer other than 200 is an error.
    ///
    /// Throws `.tooLarge` when it has more than `most` bytes. After any error there is no file.
    package func save(_ request: WebRequest, to path: String, atMost most: Int) async throws(WebError) {
        let stream = try await open(request)
        guard stream.head.status == 200 else {
            stream.close()
            throw .invalidRequest("`\(request.host)` answered HTTP \(stream.head.status).")
        }
        try await stream.save(to: path, upTo: most)
    }
}
