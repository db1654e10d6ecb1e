import TestSupport
import Testing

@testable import Wire

struct SSEParserTests {
    /// A stream and the events it holds.
    struct Golden: Sendable, CustomTestStringConvertible {
        var name: String
        var text: String
        var events: [SSEEvent]

        var testDescription: String { name }

        init(_ name: String, _ text: String, _ events: [(String, String, String)]) {
            self.name = name
            self.text = text
            self.events = events.map { SSEEvent(type: $0.0, data: Array($0.1.utf8), id: $0.2) }
        }

        static let all = [
            Golden("one line", "data: hi\n\n", [("message", "hi", "")]),
            Golden("several lines", "data: YHOO\ndata: +2\ndata: 10\n\n", [("message", "YHOO\n+2\n10", "")]),
            Golden(
                "comments, ids, and an id that is taken back",
                ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n",
                [("message", "first event", "1"), ("message", "second event", "")]),
            Golden(
                "empty data is an event, no data is none", "data\n\ndata\ndata\n\ndata:",
                [("message", "", ""), ("message", "\n", "")]),
            Golden(
                "one space goes, the next stays", "data:test\n\ndata:  test\n\n",
                [("message", "test", ""), ("message", " test", "")]),
            Golden(
                "named events", "event: add\ndata: 73857293\n\nevent: x\n\ndata: y\n\n",
                [("add", "73857293", ""), ("message", "y", "")]),
            Golden(
                "carriage returns", "data: a\r\rdata: b\r\r", [("message", "a", ""), ("message", "b", "")]),
            Golden("both", "data: a\r\n\r\ndata: b\r\n\r\n", [("message", "a", ""), ("message", "b", "")]),
            Golden(
                "a mix of line ends", "data: a\r\n\ndata: b\n\r\ndata: c\r\r\ndata: d\n\n",
                [("message", "a", ""), ("message", "b", ""), ("message", "c", ""), ("message", "d", "")]),
            Golden(
                "a byte order mark", "\u{feff}data: a\n\n\u{feff}data: b\n\ndata: c\n\n",
                [("message", "a", ""), ("message", "c", "")]),
            Golden(
                "unknown fields and colons in values", "foo: bar\ndata: a:b: c\nDATA: x\n data: y\n\n",
                [("message", "a:b: c", "")]),
            Golden(
                "an id with NUL is ignored", "id: a\0b\ndata: x\n\nid: 7\ndata: y\n\ndata: z\n\n",
                [("message", "x", ""), ("message", "y", "7"), ("message", "z", "7")]),
            Golden("text beyond ASCII", "data: smörgåsbord 🍤\n\n", [("message", "smörgåsbord 🍤", "")]),
            Golden("an unfinished event is none", "data: a\n\ndata: b\n", [("message", "a", "")]),
            Golden("only line ends", "\n\r\n\r\r\n", []),
            Golden(
                "the last event name counts", "event: a\nevent: b\ndata: 1\n\nevent: c\nevent\ndata: 2\n\n",
                [("b", "1", ""), ("message", "2", "")]),
        ]
    }

    @Test(arguments: Golden.all)
    func `any split of the bytes gives the same events`(golden: Golden) throws {
        let bytes = Array(golden.text.utf8)
        for cut in 0...bytes.count {
            var parser = SSEParser()
            let events = try parser.feed(Array(bytes[..<cut])) + parser.feed(Array(bytes[cut...]))
            #expect(events == golden.events, "split at byte \(cut)")
        }
    }

    @Test(arguments: Golden.all)
    func `one byte at a time gives the same events`(golden: Golden) throws {
        var parser = SSEParser()
        var events: [SSEEvent] = []
        for byte in golden.text.utf8 { events += try parser.feed([byte]) }
        #expect(events == golden.events)
    }

    @Test func `retry is kept when it is a whole number`() throws {
        var parser = SSEParser()
        _ = try parser.feed(Array("retry: 250\n".utf8))
        #expect(parser.retryMilliseconds == 250)
        _ = try parser.feed(Array("retry: 1.5\nretry:\nretry: -1\nretry: 99999999999999999999\n".utf8))
        #expect(parser.retryMilliseconds == 250)
    }

    @Test func `bytes that are no UTF-8 become replacement characters`() throws {
        var parser = SSEParser()
        let events = try parser.feed([0x64, 0x61, 0x74, 0x61, 0x3a, 0xff, 0x0a, 0x0a])
        #expect(events.map(\.text) == ["\u{fffd}"])
    }

    @Test(arguments: ["data: 12345678901", "data: 123456789\ndata: 123\n", ":123456789012"])
    func `what is over the limit ends the stream`(text: String) {
        #expect(throws: SSEError.self) {
            var parser = SSEParser(maxEventBytes: 12)
            _ = try parser.feed(Array(text.utf8))
        }
    }

    @Test func `what is within the limit goes on for ever`() throws {
        var parser = SSEParser(maxEventBytes: 16)
        var count = 0
        for _ in 0..<10_000 { count += try parser.feed(Array("data: 1234567890\n\n".utf8)).count }
        #expect(count == 10_000)
    }

    @Test
    func `random streams are read the same whole and in pieces`() throws {
        for seed in fuzzSeeds() {
            var random = SeededGenerator(seed: seed)
            let pieces = [
                "data", "event", "id", "retry", ":", ": ", " ", "\n", "\r", "\r\n", "\n\n", "x", "1",
                "\u{feff}",
                "é", "\0",
            ]
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0..<120, using: &random) {
                if Int.random(in: 0..<20, using: &random) == 0 {
                    bytes.append(UInt8.random(in: 0...255, using: &random))
                } else {
                    bytes += Array((pieces.randomElement(using: &random) ?? "").utf8)
                }
            }

            var whole = SSEParser()
            let expected = try whole.feed(bytes)
            var parser = SSEParser()
            var events: [SSEEvent] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Int.random(in: 0...min(7, rest.count), using: &random)
                events += try parser.feed(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }

            #expect(events == expected, "seed \(seed), bytes \(bytes)")
            #expect(parser.retryMilliseconds == whole.retryMilliseconds, "seed \(seed)")
        }
    }
}
