import Testing

@testable import Wire

/// What a parser makes of bytes that arrive in given pieces.
struct ParserRun: Equatable {
    struct Request: Equatable, CustomStringConvertible {
        var method: String
        var target: String
        var path: String
        var query: String?
        var host: String?
        var fields: [String]
        var body: [UInt8]
        var keepsConnection: Bool

        var description: String { "\(method) \(target) (\(body.count) bytes)" }

        init(_ request: HTTPRequest) {
            method = request.method
            target = request.target
            path = request.path
            query = request.query
            host = request.host.map { "\($0.name)|\($0.port ?? -1)" }
            fields = request.headers.fields.map { "\($0.name): \($0.value)" }
            body = request.body
            keepsConnection = request.keepsConnection
        }
    }

    var requests: [Request] = []
    var failure: HTTPFailure?

    static let maxBodyBytes = 1 << 20
    static let peer = PeerAddress(high: 0, low: 1, port: 1)

    init(_ bytes: [UInt8], cuts: [Int] = [], maxBodyBytes: Int = Self.maxBodyBytes) {
        var parser = HTTPParser(peer: Self.peer)
        let ends = (cuts + [bytes.count]).sorted()
        var start = 0
        for end in ends {
            feed(&parser, Array(bytes[start..<end]), maxBodyBytes)
            start = end
        }
    }

    /// One byte at a time.
    static func byteByByte(_ bytes: [UInt8]) -> ParserRun { ParserRun(bytes, cuts: Array(0..<bytes.count)) }

    private mutating func feed(_ parser: inout HTTPParser, _ piece: [UInt8], _ maxBodyBytes: Int) {
        var place = 0
        while true {
            switch parser.feed(piece.span, &place) {
            case .more:
                #expect(place == piece.count)
                return
            case .head: parser.allowBody(upTo: maxBodyBytes)
            case .request(let request):
                #expect(failure == nil, "a request after a failure")
                requests.append(Request(request))
            case .failed(let failure):
                #expect(self.failure == nil || self.failure == failure)
                self.failure = failure
                return
            }
        }
    }
}

extension [UInt8] {
    init(text: String) { self = Array(text.utf8) }
}
