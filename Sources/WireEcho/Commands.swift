import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The lines of standard input as they come, read on the loop.
@MainActor
final class Commands {
    private var buffer: [UInt8] = []
    private var readable: LoopEvent?

    /// Ends with the input.
    func lines() -> AsyncStream<String> {
        // Whoever drives this sends a handful.
        let (lines, continuation) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .unbounded)
        readable = .readable(STDIN_FILENO) { [unowned self] in take(into: continuation) }
        return lines
    }

    private func take(into lines: AsyncStream<String>.Continuation) {
        var piece = [UInt8](repeating: 0, count: 4096)
        let count = read(STDIN_FILENO, &piece, piece.count)
        guard count > 0 else {
            readable = nil
            return lines.finish()
        }
        buffer += piece[..<count]
        while let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
            lines.yield(String(decoding: buffer[..<end], as: UTF8.self))
            buffer.removeFirst(end + 1)
        }
    }
}
