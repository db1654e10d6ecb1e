/// Bodies: by length, and in chunks (RFC 9112 §6 and §7).
extension HTTPParser {
    mutating func takeBody(_ input: borrowing Span<UInt8>, _ place: inout Int, _ remaining: Int) -> Event? {
        let count = takeBytes(input, &place, atMost: remaining)
        state = .body(remaining: remaining - count)
        return remaining == count ? finish() : .more
    }

    private mutating func takeBytes(
        _ input: borrowing Span<UInt8>, _ place: inout Int, atMost most: Int
    ) -> Int {
        let count = min(most, input.count - place)
        if keepsBody { body.append(input.extracting(place..<place + count)) }
        bodyBytes += count
        place += count
        return count
    }

    mutating func chunkLine(_ input: borrowing Span<UInt8>, _ place: inout Int) throws(HTTPFailure) -> Event?
    {
        let tooLong = HTTPFailure.badRequest("A chunk's size line is too long.")
        guard let line = try nextLine(input, &place, atMost: Self.maxChunkLineBytes, tooLong) else {
            return .more
        }
        let chunk: ChunkLine
        if line.isPending {
            chunk = try ChunkLine(takePending().span)
        } else {
            chunk = try ChunkLine(input.extracting(line.range))
        }
        extensionBytes += chunk.extensionBytes
        guard extensionBytes <= Self.maxChunkExtensionBytes else {
            throw .badRequest("The chunk extensions are too large.")
        }
        guard chunk.size <= maxBodyBytes - bodyBytes else { throw Self.tooLarge }
        if chunk.size == 0 {
            headerBytes = 0
            headerFields = 0
            state = .trailerLine
        } else {
            state = .chunkData(remaining: chunk.size)
        }
        return nil
    }

    mutating func chunkData(
        _ input: borrowing Span<UInt8>, _ place: inout Int, _ remaining: Int
    ) throws(HTTPFailure) -> Event? {
        let count = takeBytes(input, &place, atMost: remaining)
        state = remaining == count ? .chunkEnd : .chunkData(remaining: remaining - count)
        return remaining == count ? nil : .more
    }

    /// Only CR LF may follow a chunk's data.
    mutating func chunkEnd(_ input: borrowing Span<UInt8>, _ place: inout Int) throws(HTTPFailure) -> Event? {
        while place < input.count {
            let expected = pending.isEmpty ? HTTPGrammar.carriageReturn : HTTPGrammar.lineFeed
            guard input[place] == expected else { throw .badRequest("A chunk is longer than its size.") }
            place += 1
            if !pending.isEmpty {
                pending.removeAll(keepingCapacity: true)
                state = .chunkLine
                return nil
            }
            pending.append(expected)
        }
        return .more
    }

    /// Trailer fields are checked and dropped: nothing here has a use for them.
    mutating func trailerLine(_ input: borrowing Span<UInt8>, _ place: inout Int) throws(HTTPFailure)
        -> Event?
    {
        let tooLarge = HTTPFailure(status: 431, reason: "The trailers are too large.")
        guard let line = try nextLine(input, &place, atMost: Self.maxHeaderBytes - headerBytes, tooLarge)
        else {
            return .more
        }
        let count = line.range.count
        if count == 0 { return finish() }
        headerBytes += count + 2
        headerFields += 1
        guard headerFields <= Self.maxHeaderFields else {
            throw HTTPFailure(status: 431, reason: "There are too many trailers.")
        }
        if line.isPending {
            try Self.checkTrailer(takePending().span)
        } else {
            try Self.checkTrailer(input.extracting(line.range))
        }
        return nil
    }

    /// Fields that say how a message is framed or where it goes cannot come after it (RFC 9110 §6.5.1).
    private static func checkTrailer(_ line: borrowing Span<UInt8>) throws(HTTPFailure) {
        let name = line.text(try FieldLine.parse(line).name)
        for forbidden in ["Content-Length", "Transfer-Encoding", "Host", "Trailer"]
        where name.equalsIgnoringCase(forbidden) {
            throw .badRequest("A trailer may not be \(forbidden).")
        }
    }
}

/// `chunk-size [ chunk-ext ]` (RFC 9112 §7.1).
struct ChunkLine {
    let size: Int
    let extensionBytes: Int

    /// Hexadecimal digits in a size: more is a mistake or an attack.
    private static let maxDigits = 16

    init(_ line: borrowing Span<UInt8>) throws(HTTPFailure) {
        var digits = 0
        var size = 0
        while digits < line.count, let value = HTTPGrammar.hexadecimal(line[digits]) {
            guard digits < Self.maxDigits else { throw Self.malformed }
            size = size > Int.max >> 8 ? Int.max >> 4 : size << 4 | Int(value)  // stays above every limit
            digits += 1
        }
        guard digits > 0 else { throw Self.malformed }
        self.size = size
        extensionBytes = line.count - digits
        try Self.checkExtensions(line, from: digits)
    }

    private static var malformed: HTTPFailure { .badRequest("A chunk's size line is malformed.") }

    /// `*( BWS ";" BWS name [ BWS "=" BWS value ] )`; what they say is ignored.
    private static func checkExtensions(_ line: borrowing Span<UInt8>, from start: Int) throws(HTTPFailure) {
        var place = start
        while place < line.count {
            skipBlanks(line, &place)
            guard place < line.count, line[place] == UInt8(ascii: ";") else { throw malformed }
            place += 1
            skipBlanks(line, &place)
            try skipToken(line, &place)
            var next = place
            skipBlanks(line, &next)
            guard next < line.count, line[next] == UInt8(ascii: "=") else { continue }
            place = next + 1
            skipBlanks(line, &place)
            if place < line.count, line[place] == UInt8(ascii: "\"") {
                try skipQuoted(line, &place)
            } else {
                try skipToken(line, &place)
            }
        }
    }

    private static func skipBlanks(_ line: borrowing Span<UInt8>, _ place: inout Int) {
        while place < line.count, HTTPGrammar.isBlank(line[place]) { place += 1 }
    }

    private static func skipToken(_ line: borrowing Span<UInt8>, _ place: inout Int) throws(HTTPFailure) {
        let start = place
        while place < line.count, HTTPGrammar.isToken(line[place]) { place += 1 }
        guard place > start else { throw malformed }
    }

    private static func skipQuoted(_ line: borrowing Span<UInt8>, _ place: inout Int) throws(HTTPFailure) {
        place += 1
        while place < line.count, HTTPGrammar.isFieldValue(line[place]) {
            switch line[place] {
            case UInt8(ascii: "\""):
                place += 1
                return
            case UInt8(ascii: "\\"):
                guard place + 1 < line.count, HTTPGrammar.isFieldValue(line[place + 1]) else {
                    throw malformed
                }
                place += 2
            default: place += 1
            }
        }
        throw malformed
    }
}
