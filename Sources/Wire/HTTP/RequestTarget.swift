/// The target of a request line, checked by the grammar of RFC 9112 §3.2.
struct RequestTarget: Equatable {
    /// As it was sent.
    var text: String
    /// Decoded, with dot segments removed; `*` for the whole server.
    var path: String
    /// Raw, without the question mark.
    var query: String?
    /// The authority of an absolute target.
    var authority: [UInt8]?

    /// Takes origin form and absolute form, and `*` for OPTIONS.
    init(_ bytes: borrowing Span<UInt8>, method: String) throws(HTTPFailure) {
        text = bytes.text(0..<bytes.count)
        if bytes.equals(0..<bytes.count, "*") {
            guard method == "OPTIONS" else { throw .badRequest("Only OPTIONS may ask for *.") }
            path = "*"
            return
        }
        let start = try Self.startOfPath(bytes)
        if start > 0 {
            guard let double = bytes.firstIndex(of: UInt8(ascii: "/"), from: 0) else { throw Self.malformed }
            authority = bytes.copied(double + 2..<start)
        }
        let question = bytes.firstIndex(of: UInt8(ascii: "?"), from: start)
        let end = question ?? bytes.count
        path = start == end ? "/" : try Self.path(bytes.extracting(start..<end))
        if let question {
            try Self.check(bytes, from: question + 1)
            query = bytes.text(question + 1..<bytes.count)
        }
    }

    private static var malformed: HTTPFailure { .badRequest("The request target is malformed.") }

    /// 0 in origin form, else where the authority ends.
    private static func startOfPath(_ bytes: borrowing Span<UInt8>) throws(HTTPFailure) -> Int {
        if bytes.count > 0, bytes[0] == UInt8(ascii: "/") { return 0 }
        let scheme = bytes.text(0..<min(bytes.count, 8))
        var place = 0
        if scheme.equalsIgnoringCase("https://") {
            place = 8
        } else if scheme.prefix(7).equalsIgnoringCase("http://") {
            place = 7
        } else {
            throw malformed
        }
        let start = place
        while place < bytes.count, bytes[place] != UInt8(ascii: "/"), bytes[place] != UInt8(ascii: "?") {
            place += 1
        }
        guard place > start else { throw malformed }
        return place
    }

    /// Every byte must be allowed in a query, and `%` be followed by two digits.
    private static func check(_ bytes: borrowing Span<UInt8>, from start: Int) throws(HTTPFailure) {
        var place = start
        while place < bytes.count {
            if bytes[place] == UInt8(ascii: "%") {
                _ = try escaped(bytes, at: place)
                place += 3
            } else {
                guard HTTPGrammar.isQuery(bytes[place]) else { throw malformed }
                place += 1
            }
        }
    }

    private static func escaped(_ bytes: borrowing Span<UInt8>, at place: Int) throws(HTTPFailure) -> UInt8 {
        guard place + 2 < bytes.count, let high = HTTPGrammar.hexadecimal(bytes[place + 1]),
            let low = HTTPGrammar.hexadecimal(bytes[place + 2])
        else { throw malformed }
        return high << 4 | low
    }

    private static func path(_ bytes: borrowing Span<UInt8>) throws(HTTPFailure) -> String {
        var isPlain = true
        for place in 0..<bytes.count {
            let byte = bytes[place]
            if byte == UInt8(ascii: "%") {
                isPlain = false
            } else {
                guard HTTPGrammar.isPath(byte) else { throw malformed }
                if byte == UInt8(ascii: "."), bytes[max(place - 1, 0)] == UInt8(ascii: "/") {
                    isPlain = false
                }
            }
        }
        if isPlain { return bytes.text(0..<bytes.count) }
        return try withoutDots(try decoded(bytes))
    }

    private static func decoded(_ bytes: borrowing Span<UInt8>) throws(HTTPFailure) -> String {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var place = 0
        while place < bytes.count {
            if bytes[place] == UInt8(ascii: "%") {
                let byte = try escaped(bytes, at: place)
                guard byte >= 32, byte != 127 else { throw malformed }
                decoded.append(byte)
                place += 3
            } else {
                decoded.append(bytes[place])
                place += 1
            }
        }
        guard let text = String(validating: decoded, as: UTF8.self) else { throw malformed }
        return text
    }

    /// Removes `.` and `..` after decoding, so that no spelling of them leaves the root.
    private static func withoutDots(_ path: String) throws(HTTPFailure) -> String {
        var kept: [Substring] = []
        let segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        for (index, segment) in segments.enumerated() {
            let isLast = index == segments.count - 1
            switch segment {
            case ".":
                if isLast { kept.append("") }
            case "..":
                guard kept.popLast() != nil else { throw malformed }
                if isLast { kept.append("") }
            default: kept.append(segment)
            }
        }
        return "/" + kept.joined(separator: "/")
    }
}
