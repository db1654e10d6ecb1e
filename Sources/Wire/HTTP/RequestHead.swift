/// What is known of a request as its lines come in, and the rules that only the whole head can break.
struct RequestHead {
    /// How the body of a request is delimited.
    enum Framing: Equatable {
        case none
        case length(Int)
        case chunked
    }

    private(set) var method = ""
    private(set) var target: RequestTarget?
    private(set) var isHTTP10 = false
    private(set) var headers = HTTPHeaders()

    /// About how many bytes it keeps: path and query are copies of parts of the target.
    var byteCount: Int { headers.byteCount + 2 * (target?.text.utf8.count ?? 0) }

    /// Methods that the server knows; every other gets 501.
    private static func isKnown(_ method: String) -> Bool {
        switch method {
        case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS": true
        default: false
        }
    }

    // MARK: Lines

    /// Reads `method SP target SP version`, without the line's end.
    mutating func readRequestLine(_ line: borrowing Span<UInt8>) throws(HTTPFailure) {
        guard let first = line.firstIndex(of: HTTPGrammar.space, from: 0),
            let second = line.firstIndex(of: HTTPGrammar.space, from: first + 1),
            first > 0, second > first + 1
        else { throw .badRequest("The request line is malformed.") }
        for place in 0..<first {
            guard HTTPGrammar.isToken(line[place]) else { throw .badRequest("The method is malformed.") }
        }
        try readVersion(line.extracting(second + 1..<line.count))
        method = line.text(0..<first)
        guard Self.isKnown(method) else { throw HTTPFailure(status: 501, reason: "The method is not known.") }
        target = try RequestTarget(line.extracting(first + 1..<second), method: method)
    }

    private mutating func readVersion(_ version: borrowing Span<UInt8>) throws(HTTPFailure) {
        let all = 0..<version.count
        if version.equals(all, "HTTP/1.1") { return }
        if version.equals(all, "HTTP/1.0") {
            isHTTP10 = true
            return
        }
        guard version.count == 8, version.equals(0..<5, "HTTP/"), version[6] == UInt8(ascii: "."),
            HTTPGrammar.isDigit(version[5]), HTTPGrammar.isDigit(version[7])
        else { throw .badRequest("The version is malformed.") }
        throw HTTPFailure(status: 505, reason: "Only HTTP/1.1 and HTTP/1.0 are spoken here.")
    }

    /// Reads one field line, without its end.
    mutating func readField(_ line: borrowing Span<UInt8>) throws(HTTPFailure) {
        let (name, value) = try FieldLine.parse(line)
        headers.add(line, name: name, value: value)
    }

    // MARK: The whole head

    /// Checks what only the whole head shows, and gives the request (still without its body) and its framing.
    func finished(peer: PeerAddress) throws(HTTPFailure) -> (request: HTTPRequest, framing: Framing) {
        guard let target else { throw .badRequest("The request line is missing.") }
        let host = try host(target)
        let framing = try framing()
        if let expectation = headers["Expect"] {
            guard expectation.equalsIgnoringCase("100-continue") else {
                throw HTTPFailure(status: 417, reason: "Only 100-continue can be expected.")
            }
        }
        var request = HTTPRequest(
            method: method, target: target.text, path: target.path, query: target.query, headers: headers,
            peer: peer)
        request.host = host
        request.isHTTP10 = isHTTP10
        let wantsToKeep = isHTTP10 ? headers.contains("Connection", token: "keep-alive") : true
        request.keepsConnection = wantsToKeep && !headers.contains("Connection", token: "close")
        return (request, framing)
    }

    private func host(_ target: RequestTarget) throws(HTTPFailure) -> HostAndPort? {
        let count = headers.count(of: "Host")
        guard count <= 1 else { throw .badRequest("There is more than one Host.") }
        guard let text = headers["Host"] else {
            guard isHTTP10 else { throw .badRequest("The Host is missing.") }
            guard let authority = target.authority else { return nil }
            guard let host = HostAndPort(authority) else { throw .badRequest("The host is malformed.") }
            return host
        }
        guard let host = HostAndPort(text) else { throw .badRequest("The Host is malformed.") }
        if let authority = target.authority {
            guard HostAndPort(authority) == host else {
                throw .badRequest("The Host differs from the target's.")
            }
        }
        return host
    }

    private func framing() throws(HTTPFailure) -> Framing {
        let lengths = headers.count(of: "Content-Length")
        let codings = headers.all("Transfer-Encoding")
        if !codings.isEmpty {
            guard lengths == 0 else {
                throw .badRequest("There is a Transfer-Encoding and a Content-Length.")
            }
            guard !isHTTP10 else { throw .badRequest("HTTP/1.0 has no Transfer-Encoding.") }
            guard codings.count == 1, codings[0].equalsIgnoringCase("chunked") else {
                throw HTTPFailure(status: 501, reason: "The only Transfer-Encoding is chunked.")
            }
            return .chunked
        }
        guard lengths <= 1 else { throw .badRequest("There is more than one Content-Length.") }
        guard let text = headers["Content-Length"] else { return .none }
        guard !text.isEmpty, text.utf8.allSatisfy(HTTPGrammar.isDigit) else {
            throw .badRequest("The Content-Length is malformed.")
        }
        var length = 0
        for digit in text.utf8 where length <= Int.max / 100 {  // longer is only ever compared with a limit
            length = length * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return length == 0 ? .none : .length(length)
    }
}

/// `name ":" OWS value OWS` (RFC 9112 §5), with nothing folded and no blank before the colon.
enum FieldLine {
    static func parse(_ line: borrowing Span<UInt8>) throws(HTTPFailure) -> (
        name: Range<Int>, value: Range<Int>
    ) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":"), from: 0), colon > 0 else {
            throw .badRequest("A header line is malformed.")
        }
        for place in 0..<colon {
            guard HTTPGrammar.isToken(line[place]) else { throw .badRequest("A header's name is malformed.") }
        }
        var start = colon + 1
        var end = line.count
        for place in start..<end {
            guard HTTPGrammar.isFieldValue(line[place]) else {
                throw .badRequest("A header's value is malformed.")
            }
        }
        while start < end, HTTPGrammar.isBlank(line[start]) { start += 1 }
        while end > start, HTTPGrammar.isBlank(line[end - 1]) { end -= 1 }
        return (0..<colon, start..<end)
    }
}
