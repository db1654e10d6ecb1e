#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The addresses this machine has.
enum NetworkAddresses {
    /// All IPv4 and IPv6 addresses that are not loopback and not link-local.
    static func all() -> [String] {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return [] }
        defer { freeifaddrs(list) }
        var addresses: [String] = []
        var entry = list
        while let current = entry {
            if let text = text(of: current.pointee.ifa_addr), isReachable(text) { addresses.append(text) }
            entry = current.pointee.ifa_next
        }
        return addresses
    }

    /// The first address in 100.64.0.0/10, which Tailscale hands out.
    static func tailnet() -> String? {
        all().first { address in
            let parts = address.split(separator: ".").compactMap { Int($0) }
            return parts.count == 4 && parts[0] == 100 && (64...127).contains(parts[1])
        }
    }

    /// How many IPv6 addresses a name has; 0 when it is not known.
    static func count(of host: String) -> Int {
        var hints = addrinfo()
        hints.ai_family = AF_INET6
        hints.ai_protocol = CInt(IPPROTO_TCP)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return 0 }
        defer { freeaddrinfo(list) }
        var count = 0
        var entry = list
        while let current = entry {
            count += 1
            entry = current.pointee.ai_next
        }
        return count
    }

    private static func isReachable(_ text: String) -> Bool {
        !text.hasPrefix("127.") && text != "::1" && !text.hasPrefix("fe80:")
    }

    private static func text(of address: UnsafeMutablePointer<sockaddr>?) -> String? {
        guard let address, [AF_INET, AF_INET6].contains(CInt(address.pointee.sa_family)) else { return nil }
        let length =
            CInt(address.pointee.sa_family) == AF_INET
            ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let code = getnameinfo(
            address, socklen_t(length), &host, socklen_t(host.count), nil, 0, NI_NUMERICHOST)
        guard code == 0 else { return nil }
        return String(decoding: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
