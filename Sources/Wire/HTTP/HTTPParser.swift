/// A strict, incremental parser of HTTP/1.1 and HTTP/1.0 requests (RFC 9112).
///
/// How the bytes are split never changes what comes out. After a failure nothing more is read: what follows on the
/// connection cannot be told from a request that someone hid in a body.
struct HTTPParser {
    /// What the bytes so far amount to.
    enum Event {
        /// Everything was taken in, and more is needed.
        case more
        /// The head of a request whose body follows, to be allowed with `allowBody(upTo:)`.
        case head(HTTPRequest)
        /// A request with its body; the next one may follow.
        case request(HTTPRequest)
        case failed(HTTPFailure)
    }

    /// Longest request line, in bytes; browsers stop at about the same length.
    static let maxRequestLineBytes = 8 << 10
    /// All header lines of a request together, in bytes, and again all trailer lines.
    static let maxHeaderBytes = 32 << 10
    /// Header lines of a request, and again trailer lines.
    static let maxHeaderFields = 100
    /// One line with the size of a chunk, in bytes.
    static let maxChunkLineBytes = 1 << 10
    /// All extensions of a body's chunks together, in bytes: nobody has a use for them.
    static let maxChunkExtensionBytes = 16 << 10

    enum State {
        case start
        case requestLine
        case headerLine
        case waitingForLimit
        case body(remaining: Int)
        case chunkLine
        case chunkData(remaining: Int)
        case chunkEnd
        case trailerLine
        case failed(HTTPFailure)
    }

    let peer: PeerAddress
    var state = State.start
    /// The beginning of a line whose end has not come yet.
    var pending: [UInt8] = []
    var head = RequestHead()
    var headerBytes = 0
    var headerFields = 0
    var request: HTTPRequest?
    var framing = RequestHead.Framing.none
    var body: [UInt8] = []
    /// Bytes of the body so far, also of one that is dropped.
    var bodyBytes = 0
    var maxBodyBytes = 0
    var keepsBody = true
    var extensionBytes = 0
    private var hasSkippedEmptyLine = false

    init(peer: PeerAddress) { self.peer = peer }

    /// Whether nothing of a next request has come.
    var isIdle: Bool { if case .start = state { pending.isEmpty } else { false } }

    /// Whether the head is complete and the body is coming.
    var isInBody: Bool {
        switch state {
        case .body, .chunkLine, .chunkData, .chunkEnd, .trailerLine: true
        default: false
        }
    }

    /// Bytes kept of a request that is not whole yet.
    var byteCount: Int { pending.count + head.byteCount + (request?.byteCount ?? 0) + body.count }

    /// Goes on at `place` and moves it past what was taken in.
    mutating func feed(_ input: borrowing Span<UInt8>, _ place: inout Int) -> Event {
        do throws(HTTPFailure) {
            while true {
                if let event = try step(input, &place) { return event }
                if place >= input.count, !needsNoMore { return .more }
            }
        } catch {
            state = .failed(error)
            pending = []
            body = []
            return .failed(error)
        }
    }

    /// Lets the body of the request whose head was given come in, and keeps or drops it; a longer one fails with 413.
    mutating func allowBody(upTo maxBytes: Int, keepsIt: Bool = true) {
        maxBodyBytes = maxBytes
        keepsBody = keepsIt
        switch framing {
        case .length(let length):
            state = length > maxBytes ? .failed(Self.tooLarge) : .body(remaining: length)
        case .chunked: state = .chunkLine
        case .none: break
        }
    }

    static var tooLarge: HTTPFailure { HTTPFailure(status: 413, reason: "The body is too large.") }

    private var needsNoMore: Bool { if case .failed = state { true } else { false } }

    private mutating func step(_ input: borrowing Span<UInt8>, _ place: inout Int) throws(HTTPFailure)
        -> Event?
    {
        switch state {
        case .start: return try start(input, &place)
        case .requestLine: return try requestLine(input, &place)
        case .headerLine: return try headerLine(input, &place)
        case .waitingForLimit: return .more
        case .body(let remaining): return takeBody(input, &place, remaining)
        case .chunkLine: return try chunkLine(input, &place)
        case .chunkData(let remaining): return try chunkData(input, &place, remaining)
        case .chunkEnd: return try chunkEnd(input, &place)
        case .trailerLine: return try trailerLine(input, &place)
        case .failed(let failure): throw failure
        }
    }

    // MARK: The head

    /// One empty line before a request is forgiven (RFC 9112 §2.2); anything else must begin a method.
    private mutating func start(_ input: borrowing Span<UInt8>, _ place: inout Int) throws(HTTPFailure)
        -> Event?
    {
        guard place < input.count else { return .more }
        let first = input[place]
        let isEmptyLine = first == HTTPGrammar.carriageReturn && !hasSkippedEmptyLine
        guard isEmptyLine || HTTPGrammar.isToken(first) else {
            throw .badRequest("The request does not begin with a method.")
        }
        state = .requestLine
        return nil
    }

    private mutating func requestLine(
        _ input: borrowing Span<UInt8>, _ place: inout Int
    ) throws(HTTPFailure) -> Event? {
        let tooLong = HTTPFailure(status: 414, reason: "The request line is too long.")
        guard let line = try nextLine(input, &place, atMost: Self.maxRequestLineBytes, tooLong) else {
            return .more
        }
        if line.isEmpty {
            guard !hasSkippedEmptyLine else { throw .badRequest("The request line is empty.") }
            hasSkippedEmptyLine = true
            state = .start
            return nil
        }
        if line.isPending {
            try head.readRequestLine(takePending().span)
        } else {
            try head.readRequestLine(input.extracting(line.range))
        }
        state = .headerLine
        return nil
    }

    private mutating func headerLine(_ input: borrowing Span<UInt8>, _ place: inout Int) throws(HTTPFailure)
        -> Event?
    {
        let tooLarge = HTTPFailure(status: 431, reason: "The headers are too large.")
        guard let line = try nextLine(input, &place, atMost: Self.maxHeaderBytes - headerBytes, tooLarge)
        else {
            return .more
        }
        let count = line.range.count
        if count == 0 { return try headEnded() }
        headerBytes += count + 2
        headerFields += 1
        guard headerFields <= Self.maxHeaderFields else {
            throw HTTPFailure(status: 431, reason: "There are too many headers.")
        }
        if line.isPending {
            try head.readField(takePending().span)
        } else {
            try head.readField(input.extracting(line.range))
        }
        return nil
    }

    private mutating func headEnded() throws(HTTPFailure) -> Event? {
        let (request, framing) = try head.finished(peer: peer)
        self.framing = framing
        if framing == .none {
            reset()
            return .request(request)
        }
        self.request = request
        head = RequestHead()
        state = .waitingForLimit
        return .head(request)
    }

    // MARK: Lines

    /// A complete line without its end: a part of the input, or all of `pending` when it began in an earlier one.
    struct Line {
        var range: Range<Int>
        var isPending: Bool
        var isEmpty: Bool { range.isEmpty }
    }

    /// Takes the next line, which must end with CR LF; nil when its end is still to come.
    mutating func nextLine(
        _ input: borrowing Span<UInt8>, _ place: inout Int, atMost limit: Int, _ tooLong: HTTPFailure
    ) throws(HTTPFailure) -> Line? {
        guard let end = input.firstIndex(of: HTTPGrammar.lineFeed, from: place) else {
            guard pending.count + input.count - place <= limit + 1 else { throw tooLong }  // 1 for the CR
            pending.append(input.extracting(place..<input.count))
            place = input.count
            return nil
        }
        guard pending.count + end - place <= limit + 1 else { throw tooLong }
        let start = place
        place = end + 1
        if pending.isEmpty {
            guard end > start, input[end - 1] == HTTPGrammar.carriageReturn else { throw Self.bareLineFeed }
            return Line(range: start..<end - 1, isPending: false)
        }
        pending.append(input.extracting(start..<end))
        guard pending.last == HTTPGrammar.carriageReturn else { throw Self.bareLineFeed }
        pending.removeLast()
        return Line(range: 0..<pending.count, isPending: true)
    }

    mutating func takePending() -> [UInt8] {
        let line = pending
        pending = []
        return line
    }

    private static var bareLineFeed: HTTPFailure { .badRequest("A line does not end with CR LF.") }

    // MARK: The end of a request

    /// Gives the request with its body and makes ready for the next.
    mutating func finish() -> Event {
        guard var request else { return .more }
        request.body = body
        reset()
        return .request(request)
    }

    private mutating func reset() {
        self = HTTPParser(peer: peer)
    }
}
