#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The address of the other side, IPv4 or IPv6, with its port where one is known.
package struct PeerAddress: Sendable, Hashable {
    /// The sixteen bytes of the IPv6 address, big end first; IPv4 is `::ffff:a.b.c.d`.
    let high: UInt64
    let low: UInt64
    /// 0 when it is not known.
    package let port: Int

    init(high: UInt64, low: UInt64, port: Int) {
        self.high = high
        self.low = low
        self.port = port
    }

    /// Reads an address without a port: `192.0.2.1`, `2001:db8::1`, `[2001:db8::1]`; nil for anything else.
    package init?(_ text: String) {
        let isBracketed = text.hasPrefix("[") && text.hasSuffix("]") && text.utf8.count > 2
        let bare = isBracketed ? String(text.dropFirst().dropLast()) : text
        var six = in6_addr()
        var four = in_addr()
        if inet_pton(AF_INET6, bare, &six) == 1 {
            self.init(six, port: 0)
        } else if !isBracketed, inet_pton(AF_INET, bare, &four) == 1 {
            self.init(four, port: 0)
        } else {
            return nil
        }
    }

    init?(_ storage: sockaddr_storage) {
        var storage = storage
        switch CInt(storage.ss_family) {
        case AF_INET:
            self = withUnsafeBytes(of: &storage) { bytes in
                let address = bytes.loadUnaligned(as: sockaddr_in.self)
                return PeerAddress(address.sin_addr, port: Int(UInt16(bigEndian: address.sin_port)))
            }
        case AF_INET6:
            self = withUnsafeBytes(of: &storage) { bytes in
                let address = bytes.loadUnaligned(as: sockaddr_in6.self)
                return PeerAddress(address.sin6_addr, port: Int(UInt16(bigEndian: address.sin6_port)))
            }
        default: return nil
        }
    }

    private init(_ address: in_addr, port: Int) {
        self.init(high: 0, low: Self.mappedPrefix | UInt64(UInt32(bigEndian: address.s_addr)), port: port)
    }

    private init(_ address: in6_addr, port: Int) {
        let (high, low) = withUnsafeBytes(of: address) { bytes in
            (bytes.loadUnaligned(as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
        self.init(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low), port: port)
    }

    private static let mappedPrefix: UInt64 = 0xFFFF << 32

    package var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }

    /// The address alone; IPv4 without `::ffff:`.
    package var text: String {
        if isIPv4 {
            let four = UInt32(truncatingIfNeeded: low)
            return "\(four >> 24).\(four >> 16 & 255).\(four >> 8 & 255).\(four & 255)"
        }
        var bytes = (high.bigEndian, low.bigEndian)
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        inet_ntop(AF_INET6, &bytes, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    package var isLoopback: Bool {
        isIPv4 ? UInt32(truncatingIfNeeded: low) >> 24 == 127 : high == 0 && low == 1
    }

    /// Whether the address belongs to a private network, a link or this machine.
    package var isPrivate: Bool { isLoopback || Self.privateRanges.contains { $0.contains(self) } }

    private static let privateRanges = [
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "fc00::/7",
        "fe80::/10",
    ].compactMap { NetworkRange($0) }

    /// What limits count by.
    package var block: AddressBlock {
        isIPv4 ? AddressBlock(high: high, low: low) : AddressBlock(high: high, low: 0)
    }
}

/// An IPv4 address, or the /64 of an IPv6 address, which one customer usually has for himself.
package struct AddressBlock: Sendable, Hashable {
    let high: UInt64
    let low: UInt64
}
