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
        let text = String(decoding: line, as: UTF8.self)
        if text.hasPrefix("HTTP/") {
            head = WebReplyHead(status: Self.status(in: text))
            return .more
        }
        if text.first?.isNewline == true { return endHead() }
        addHeader(text)
        return .more
    }

    private mutating func endHead() -> Step {
        let isInterim = (100..<200).contains(head.status) && head.status != 101
        let isRedirect = followsRedirects && (300..<400).contains(head.status) && head["location"] != nil
        guard !isInterim, !isRedirect, head.status != 0 else { return .more }
        isComplete = true
        return .complete
    }

    private mutating func addHeader(_ line: String) {
        guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else { return }
        var value = line[line.utf8.index(after: colon)...]
        while let first = value.first, first.isWhitespace { value.removeFirst() }
        while let last = value.last, last.isWhitespace { value.removeLast() }
        head.headers.append((String(line[..<colon]), String(value)))
    }

    private static func status(in line: String) -> Int {
        let parts = line.split(whereSeparator: \.isWhitespace)
        return parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    }
}
