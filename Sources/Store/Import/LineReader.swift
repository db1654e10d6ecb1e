#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Reads a file line by line from an offset, holding one line in memory.
struct LineReader: ~Copyable {
    private let path: String
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var position = 0
    private var isAtEnd = false
    /// Where the next line begins in the file.
    private(set) var offset: Int64

    private static let blockBytes = 64 << 10
    /// A longer line is passed over: a message of that size cannot be shown or sent to a model anyway.
    private let longestLine: Int

    init(
        _ path: String, from offset: Int64 = 0, longestLine: Int = ImportedFile.mostBytes
    ) throws(ImportProblem) {
        self.path = path
        descriptor = openFile(path, O_RDONLY | O_CLOEXEC)
        self.offset = offset
        self.longestLine = longestLine
        guard descriptor >= 0, lseek(descriptor, off_t(offset), SEEK_SET) >= 0 else {
            throw ImportProblem(unreadable: path, errno)
        }
    }

    deinit { if descriptor >= 0 { closeFile(descriptor) } }

    enum Line {
        case text([UInt8])
        /// Longer than the limit; its bytes were not kept.
        case tooLong
    }

    /// The next line without its end, or nil after the last.
    mutating func next() throws(ImportProblem) -> Line? {
        var line: [UInt8] = []
        var isTooLong = false
        var isEmpty = true
        while true {
            if position == buffer.count, try !fill() { break }
            isEmpty = false
            let end = buffer[position...].firstIndex(of: UInt8(ascii: "\n"))
            let piece = buffer[position..<(end ?? buffer.count)]
            if line.count + piece.count > longestLine { isTooLong = true }
            if isTooLong { line = [] } else { line += piece }
            offset += Int64(piece.count + (end == nil ? 0 : 1))
            position = end.map { $0 + 1 } ?? buffer.count
            if end != nil { break }
        }
        if isEmpty { return nil }
        return isTooLong ? .tooLong : .text(line)
    }

    private mutating func fill() throws(ImportProblem) -> Bool {
        guard !isAtEnd else { return false }
        var result = 0
        buffer = [UInt8](unsafeUninitializedCapacity: Self.blockBytes) { block, count in
            result = read(descriptor, block.baseAddress, Self.blockBytes)
            count = max(0, result)
        }
        guard result >= 0 else { throw ImportProblem(unreadable: path, errno) }
        position = 0
        isAtEnd = buffer.isEmpty
        return !isAtEnd
    }
}
