#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A host with an optional port, as in `Host` and in the authority of a URL.
package struct HostAndPort: Sendable, Hashable {
    /// Lower case, without the brackets of an IPv6 address and without a final dot.
    package let name: String
    package let port: Int?
    /// Whether the name is an IPv4 or IPv6 address.
    package let isAddress: Bool

    /// Nil unless `text` is a name, an IPv4 address or an IPv6 address in brackets, and at most one port after it.
    package init?(_ text: String) {
        self.init(Array(text.utf8))
    }

    init?(_ bytes: [UInt8]) {
        guard let end = Self.endOfName(bytes) else { return nil }
        guard let port = Self.port(bytes[end...]) else { return nil }
        self.port = port < 0 ? nil : port
        let isBracketed = bytes.first == UInt8(ascii: "[")
        var host = isBracketed ? bytes[1..<end - 1] : bytes[..<end]
        if host.last == UInt8(ascii: "."), host.count > 1 { host.removeLast() }
        let name = String(decoding: host.map(HTTPGrammar.lowercased), as: UTF8.self)
        if isBracketed {
            var address = in6_addr()
            guard inet_pton(AF_INET6, name, &address) == 1 else { return nil }
            isAddress = true
        } else {
            var address = in_addr()
            isAddress = inet_pton(AF_INET, name, &address) == 1
        }
        self.name = name
    }

    /// Longest name that DNS has, and room for any address.
    private static let maxNameBytes = 255

    /// Where the name ends and `:` and the port, or nothing, follow.
    private static func endOfName(_ bytes: [UInt8]) -> Int? {
        var end = 0
        if bytes.first == UInt8(ascii: "[") {
            guard let bracket = bytes.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            end = bracket + 1
        } else {
            while end < bytes.count, isNameByte(bytes[end]) { end += 1 }
        }
        return end > 0 && end <= maxNameBytes ? end : nil
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        HTTPGrammar.isLetterOrDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
            || byte == UInt8(ascii: "_")
    }

    /// The port after the name, -1 when there is none, nil when it is malformed.
    private static func port(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard let colon = bytes.first else { return -1 }
        let digits = bytes.dropFirst()
        guard colon == UInt8(ascii: ":"), digits.count <= 5, digits.allSatisfy(HTTPGrammar.isDigit) else {
            return nil
        }
        guard !digits.isEmpty else { return -1 }
        let port = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        return port <= 65535 ? port : nil
    }
}
