/// Keeps the beginning and the end of what a command says, however much that is.
struct OutputBuffer {
    private let headLimit: Int
    private let tailLimit: Int
    private var head: [UInt8] = []
    private var tail: [UInt8] = []
    private(set) var omitted = 0

    /// Two fifths of `limit` bytes for the beginning; how a command ended tells more than how it began.
    init(limit: Int) {
        headLimit = limit * 2 / 5
        tailLimit = limit - headLimit
    }

    mutating func append(_ bytes: ArraySlice<UInt8>) {
        let taken = bytes.prefix(headLimit - head.count)
        head += taken
        tail += bytes.dropFirst(taken.count)
        // Cut only when there is twice as much as is kept, so that each byte is moved once.
        if tail.count > 2 * tailLimit { trim() }
    }

    var isEmpty: Bool { head.isEmpty }

    /// Everything, or both ends with a line between that says how much is missing.
    var text: String {
        var copy = self
        copy.trim()
        let start = String(decoding: copy.head, as: UTF8.self)
        let end = String(decoding: copy.tail, as: UTF8.self)
        return copy.omitted == 0 ? start + end : "\(start)\n[… \(copy.omitted) bytes left out …]\n\(end)"
    }

    /// The last `bytes`, for showing what happens now.
    func end(_ bytes: Int) -> String {
        let source = tail.isEmpty ? head : tail
        return String(decoding: source.suffix(bytes), as: UTF8.self)
    }

    private mutating func trim() {
        let excess = tail.count - tailLimit
        guard excess > 0 else { return }
        tail.removeFirst(excess)
        omitted += excess
    }
}
