import Testing

@testable import Wire

struct ReplyHeadParserTests {
    private func read(_ lines: [String], followsRedirects: Bool = false) -> (
        ReplyHeadParser, [ReplyHeadParser.Step]
    ) {
        var parser = ReplyHeadParser(followsRedirects: followsRedirects)
        let steps = lines.map { line in Array((line + "\r\n").utf8).withUnsafeBytes { parser.take($0) } }
        return (parser, steps)
    }

    @Test func `status and headers are read, whatever the case of the name`() {
        let (parser, steps) = read(["HTTP/1.1 429 Too Many Requests", "Retry-After:  5 ", "X-Empty:", ""])

        #expect(steps.last == .complete)
        #expect(parser.head.status == 429)
        #expect(parser.head["RETRY-AFTER"] == "5")
        #expect(parser.head["x-empty"] == "")
        #expect(parser.head["absent"] == nil)
    }

    @Test func `HTTP/2 has no reason phrase`() {
        #expect(read(["HTTP/2 200 ", ""]).0.head.status == 200)
    }

    @Test func `interim replies are passed over`() {
        let (parser, steps) = read(["HTTP/1.1 103 Early Hints", "Link: x", "", "HTTP/1.1 200 OK", "A: b", ""])

        #expect(steps.filter { $0 == .complete }.count == 1)
        #expect(parser.head.status == 200)
        #expect(parser.head["link"] == nil)
    }

    @Test func `a redirect is the reply unless it is followed`() {
        let lines = ["HTTP/1.1 302 Found", "Location: /x", "", "HTTP/1.1 200 OK", ""]

        #expect(read(lines).0.head.status == 302)
        #expect(read(lines, followsRedirects: true).0.head.status == 200)
    }

    @Test func `trailers change nothing`() {
        #expect(read(["HTTP/1.1 200 OK", "", "X-Trailer: late"]).0.head["x-trailer"] == nil)
    }

    @Test func `an endless head is cut off`() {
        let lines = ["HTTP/1.1 200 OK"] + (0..<100).map { "X-\($0): " + String(repeating: "y", count: 1000) }
        #expect(read(lines).1.contains(.tooLarge))
    }
}
