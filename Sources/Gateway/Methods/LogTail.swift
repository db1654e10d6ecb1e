package import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Reads the end of the log file by a byte cursor (contract §4.11).
package struct LogTail {
    let cursor: Int?
    let limit: Int
    let maxBytes: Int

    /// Without a cursor the last `limit` lines, of `maxBytes` at most.
    package init(cursor: Int? = nil, limit: Int = 500, maxBytes: Int = 250_000) {
        self.cursor = cursor
        self.limit = limit
        self.maxBytes = maxBytes
    }

    private struct Window {
        var start: Int
        var isReset: Bool
        var isTruncated: Bool
    }

    /// The answer of `logs.tail`: `{file, cursor, size, lines, …}`.
    ///
    /// A file that is not there is an empty log.
    package func read(_ path: String) -> JSON {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard file >= 0 else {
            return answer(path, size: 0, lines: [], Window(start: 0, isReset: false, isTruncated: false))
        }
        defer { close(file) }
        let size = max(0, Int(lseek(file, 0, SEEK_END)))
        let window = window(size: size)
        let from = max(0, window.start - 1)  // one byte more tells whether the first line is whole
        let bytes = Self.bytes(of: file, from: from, count: size - from)
        return answer(
            path, size: from + bytes.count, lines: lines(bytes, isAtStart: window.start == 0), window)
    }

    private func window(size: Int) -> Window {
        guard let cursor else {
            return Window(start: max(0, size - maxBytes), isReset: false, isTruncated: size > maxBytes)
        }
        if cursor > size {
            return Window(start: max(0, size - maxBytes), isReset: true, isTruncated: size > maxBytes)
        }
        if size - cursor > maxBytes {
            return Window(start: size - maxBytes, isReset: true, isTruncated: true)
        }
        return Window(start: cursor, isReset: false, isTruncated: false)
    }

    private func lines(_ bytes: [UInt8], isAtStart: Bool) -> [String] {
        var rest = bytes[...]
        if !isAtStart, let byte = rest.popFirst(), byte != 0x0A {
            rest = rest.firstIndex(of: 0x0A).map { rest[($0 + 1)...] } ?? []
        }
        if rest.last == 0x0A { rest.removeLast() }
        if rest.isEmpty { return [] }
        return rest.split(separator: 0x0A, omittingEmptySubsequences: false).suffix(limit)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    private func answer(_ path: String, size: Int, lines: [String], _ window: Window) -> JSON {
        [
            "file": .string(path), "cursor": JSON(size), "size": JSON(size), "lines": JSON(lines),
            "truncated": .bool(window.isTruncated), "reset": .bool(window.isReset),
        ]
    }

    private static func bytes(of file: Int32, from: Int, count: Int) -> [UInt8] {
        guard count > 0 else { return [] }
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let read = pread(
                    file, buffer.baseAddress.map { $0 + filled }, count - filled, off_t(from + filled))
                if read <= 0 { break }
                filled += read
            }
        }
    }
}
