/// What a model is shown of a text file: whole lines, bounded in number and bytes, and how to get the rest.
struct FileText {
    /// Lines of one answer.
    static let mostLines = 2_000
    /// Bytes of one answer, below the tool box's own limit so that the note at the end survives.
    static let mostBytes = 50 << 10
    /// Bytes of one line; longer ones are data, not text.
    static let mostLineBytes = 4_000

    let bytes: [UInt8]

    /// `offset` counts lines from 1.
    func shown(offset: Int = 1, limit: Int? = nil) throws(ToolFailure) -> String {
        let starts = lineStarts()
        guard offset <= max(starts.count, 1) else {
            throw ToolFailure("`offset` \(offset) is beyond the end: the file has \(starts.count) lines.")
        }
        var text = ""
        var next = offset
        let last = min(starts.count, offset - 1 + min(limit ?? Self.mostLines, Self.mostLines))
        while next <= last {
            let line = line(next, starts)
            guard text.isEmpty || text.utf8.count + line.utf8.count <= Self.mostBytes else { break }
            text += line
            next += 1
        }
        guard next <= starts.count else { return text }
        if !text.hasSuffix("\n") { text += "\n" }
        return text + "[Lines \(offset)-\(next - 1) of \(starts.count). Continue with offset \(next).]"
    }

    private func lineStarts() -> [Int] {
        var starts: [Int] = bytes.isEmpty ? [] : [0]
        for (index, byte) in bytes.enumerated() where byte == 0x0A && index + 1 < bytes.count {
            starts.append(index + 1)
        }
        return starts
    }

    /// The line with its newline.
    private func line(_ number: Int, _ starts: [Int]) -> String {
        let start = starts[number - 1]
        let end = number < starts.count ? starts[number] : bytes.count
        guard end - start > Self.mostLineBytes else {
            return String(decoding: bytes[start..<end], as: UTF8.self)
        }
        let shown = String(decoding: bytes[start..<(start + Self.mostLineBytes)], as: UTF8.self)
        let newline = bytes[end - 1] == 0x0A ? 1 : 0
        return "\(shown)[… \(end - start - newline - Self.mostLineBytes) more bytes in this line]\n"
    }
}
