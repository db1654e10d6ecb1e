/// A range of addresses as `192.0.2.0/24`, `fd00::/8` or one address.
package struct NetworkRange: Sendable, Hashable {
    private let high: UInt64
    private let low: UInt64
    private let highMask: UInt64
    private let lowMask: UInt64

    /// Nil unless `text` is an address, or an address and the number of its leading bits.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = PeerAddress(String(parts[0])) else { return nil }
        let isMapped = address.isIPv4 && !parts[0].contains(":")
        let width = isMapped ? 32 : 128
        var bits = width
        if parts.count == 2 {
            guard parts[1].utf8.count <= 3, parts[1].utf8.allSatisfy(HTTPGrammar.isDigit),
                let given = Int(parts[1]),
                given <= width
            else { return nil }
            bits = given
        }
        if isMapped { bits += 96 }
        highMask = bits >= 64 ? .max : bits == 0 ? 0 : .max << UInt64(64 - bits)
        lowMask = bits <= 64 ? 0 : .max << UInt64(128 - bits)
        high = address.high & highMask
        low = address.low & lowMask
    }

    package func contains(_ address: PeerAddress) -> Bool {
        address.high & highMask == high && address.low & lowMask == low
    }
}
