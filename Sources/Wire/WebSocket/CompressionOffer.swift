/// What was agreed about permessage-deflate (RFC 7692).
///
/// Both sides start each message afresh: a context kept between messages costs 40 to 300 kB a socket.
struct CompressionOffer: Equatable {
    /// Size of the window that we compress with, as a power of two.
    var windowBits = 15
    /// Whether the client said the size of our window.
    private var limitsWindow = false

    /// The first offer of the header that can be taken up; nil declines them all.
    static func first(in header: [String]) -> CompressionOffer? {
        for line in header {
            for offer in line.split(separator: ",") {
                if let taken = CompressionOffer(offer) { return taken }
            }
        }
        return nil
    }

    /// The value of `Sec-WebSocket-Extensions` in the answer.
    var answer: String {
        let base = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
        return limitsWindow ? "\(base); server_max_window_bits=\(windowBits)" : base
    }

    private init?(_ offer: Substring) {
        let parts = offer.split(separator: ";", omittingEmptySubsequences: false).map(\.trimmingBlanks)
        guard parts.first == "permessage-deflate" else { return nil }
        var seen: Set<Substring> = []
        for part in parts.dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
                \.trimmingBlanks)
            guard let name = pair.first, seen.insert(name).inserted else { return nil }
            guard apply(name, pair.count > 1 ? Self.unquoted(pair[1]) : nil) else { return nil }
        }
    }

    private mutating func apply(_ name: Substring, _ value: Substring?) -> Bool {
        switch name {
        case "server_no_context_takeover", "client_no_context_takeover": return value == nil
        case "client_max_window_bits": return value == nil || Self.bits(value) != nil
        case "server_max_window_bits":
            guard let bits = Self.bits(value), bits > 8 else { return false }  // zlib cannot keep to 8
            windowBits = bits
            limitsWindow = true
            return true
        default: return false
        }
    }

    private static func unquoted(_ value: Substring) -> Substring {
        value.count > 1 && value.hasPrefix("\"") && value.hasSuffix("\"")
            ? value.dropFirst().dropLast() : value
    }

    private static func bits(_ value: Substring?) -> Int? {
        guard let value, value.utf8.count <= 2, value.utf8.first != UInt8(ascii: "0"),
            value.utf8.allSatisfy(HTTPGrammar.isDigit), let bits = Int(value), (8...15).contains(bits)
        else { return nil }
        return bits
    }
}
