/// One event of a `text/event-stream`.
package struct SSEEvent: Sendable, Hashable {
    /// `message` unless the stream named another.
    package var type: String
    /// The data lines, joined by line feeds.
    package var data: [UInt8]
    /// The last id the stream had given when the event ended; empty when there was none.
    package var id: String

    package init(type: String = "message", data: [UInt8], id: String = "") {
        self.type = type
        self.data = data
        self.id = id
    }

    package var text: String { String(decoding: data, as: UTF8.self) }
}

/// Why a stream of events cannot be read on.
package enum SSEError: Error {
    /// One line or the data of one event is over the limit, in bytes.
    case tooLarge(limit: Int)
}

/// Turns the bytes of a `text/event-stream` into events, as the HTML standard's §9.2.6 has it.
///
/// However the bytes are cut, the events are the same. What follows the last empty line is no event.
package struct SSEParser: Sendable {
    /// Largest line, and largest data of one event.
    ///
    /// A vendor's event with an image in base64 is about 4 MB; more than 16 MiB is a mistake or an attack.
    package static let defaultMaxEventBytes = 16 << 20

    /// How long the stream asks its reader to wait before it connects again, in milliseconds.
    package private(set) var retryMilliseconds: Int?
    package private(set) var lastEventID = ""

    private let maxEventBytes: Int
    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    private var type = ""
    private var isAtStart = true
    private var endedInCarriageReturn = false

    package init(maxEventBytes: Int = defaultMaxEventBytes) {
        self.maxEventBytes = maxEventBytes
    }

    /// The events that end in these bytes, in order.
    package mutating func feed(_ bytes: [UInt8]) throws(SSEError) -> [SSEEvent] {
        var events: [SSEEvent] = []
        var start = bytes.startIndex
        if endedInCarriageReturn, let first = bytes.first {
            endedInCarriageReturn = false
            if first == lineFeed { start += 1 }
        }
        while let end = Self.endOfLine(in: bytes, from: start) {
            try take(bytes[start..<end])
            if let event = try endLine() { events.append(event) }
            start = end + 1
            guard bytes[end] == carriageReturn else { continue }
            if start == bytes.endIndex {
                endedInCarriageReturn = true
            } else if bytes[start] == lineFeed {
                start += 1
            }
        }
        try take(bytes[start...])
        return events
    }

    private mutating func take(_ part: ArraySlice<UInt8>) throws(SSEError) {
        guard line.count + part.count <= maxEventBytes else { throw .tooLarge(limit: maxEventBytes) }
        line += part
    }

    private mutating func endLine() throws(SSEError) -> SSEEvent? {
        if isAtStart {
            isAtStart = false
            if line.starts(with: byteOrderMark) { line.removeFirst(byteOrderMark.count) }
        }
        defer { line.removeAll(keepingCapacity: line.count <= largestKeptLineBytes) }
        if line.isEmpty { return endEvent() }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
            try set(line[...], to: [])
            return nil
        }
        var value = line[(colon + 1)...]
        if value.first == UInt8(ascii: " ") { value.removeFirst() }
        try set(line[..<colon], to: value)
        return nil
    }

    /// A line that begins with a colon is a comment: its field has no name.
    private mutating func set(_ field: ArraySlice<UInt8>, to value: ArraySlice<UInt8>) throws(SSEError) {
        if field.elementsEqual("data".utf8) {
            guard data.count + value.count < maxEventBytes else { throw .tooLarge(limit: maxEventBytes) }
            if hasData { data.append(lineFeed) }
            data += value
            hasData = true
        } else if field.elementsEqual("event".utf8) {
            type = String(decoding: value, as: UTF8.self)
        } else if field.elementsEqual("id".utf8) {
            if !value.contains(0) { lastEventID = String(decoding: value, as: UTF8.self) }
        } else if field.elementsEqual("retry".utf8) {
            let isNumber =
                !value.isEmpty && value.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            if isNumber, let delay = Int(String(decoding: value, as: UTF8.self)) { retryMilliseconds = delay }
        }
    }

    private mutating func endEvent() -> SSEEvent? {
        defer {
            data = []
            hasData = false
            type = ""
        }
        guard hasData else { return nil }
        return SSEEvent(type: type.isEmpty ? "message" : type, data: data, id: lastEventID)
    }

    /// Written on the raw buffer: this is the one loop over every byte.
    private static func endOfLine(in bytes: [UInt8], from start: Int) -> Int? {
        bytes.withUnsafeBufferPointer { buffer in
            var index = start
            while index < buffer.count {
                if buffer[index] == lineFeed || buffer[index] == carriageReturn { return index }
                index += 1
            }
            return nil
        }
    }
}

private let lineFeed = UInt8(ascii: "\n")
private let carriageReturn = UInt8(ascii: "\r")
private let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]
/// A longer line gives its memory back, 64 KiB.
private let largestKeptLineBytes = 64 << 10
