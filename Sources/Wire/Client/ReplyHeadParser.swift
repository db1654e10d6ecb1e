/// Collects the header lines that curl hands over, past interim replies and redirects, to the head that counts.
struct ReplyHeadParser {
    /// Largest head accepted.
    ///
    /// Vendors send 2 to 4 kB; 64 KiB is a mistake or an attack.
    static let maxHeadBytes = 64 << 10

    enum Step: Equatable {
        case more
        /// The head is complete; what follows belongs to the body or is a trailer.
        case complete
        case tooLarge
    }

    private(set) var head = WebReplyHead(status: 0)
    private var byteCount = 0
    private var isComplete = false
    private let followsRedirects: Bool

    init(followsRedirects: Bool) {
        self.followsRedirects = followsRedirects
    }

    mutating func take(_ line: UnsafeRawBufferPointer) -> Step {
        guard !isComplete else { return .more }
        byteCount += line.count
        guard byteCount <= Self.maxHeadBytes else { return .tooLarge }
        if line.starts(with: "HTTP/".utf8) {
            head = WebReplyHead(status: Self.status(in: line))
            return .more
        }
        if line.first == UInt8(ascii: "\r") || line.first == UInt8(ascii: "\n") { return endHead() }
        addHeader(line)
        return .more
    }

    private mutating func endHead() -> Step {
        let isInterim = (100..<200).contains(head.status) && head.status != 101
        let isRedirect = followsRedirects && (300..<400).contains(head.status) && head["location"] != nil
        guard !isInterim, !isRedirect, head.status != 0 else { return .more }
        isComplete = true
        return .complete
    }

    private mutating func addHeader(_ line: UnsafeRawBufferPointer) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return }
        var value = line[(colon + 1)...]
        while let first = value.first, Self.isSpace(first) { value.removeFirst() }
        while let last = value.last, Self.isSpace(last) { value.removeLast() }
        head.headers.append(
            (String(decoding: line[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self)))
    }

    /// White space as RFC 9110 §5.6.3 has it, and what ends a line.
    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A
    }

    /// 0 when there is none.
    private static func status(in line: UnsafeRawBufferPointer) -> Int {
        let digits = line.drop { !isSpace($0) }.drop(while: isSpace).prefix { !isSpace($0) }
        return Int(String(decoding: digits, as: UTF8.self)) ?? 0
    }
}
