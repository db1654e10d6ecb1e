import CCurl

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension PeerAddress {
    /// Whether the address belongs to the internet at large: to no private network, link or machine, and to no group of
    /// receivers.
    var isOnInternet: Bool {
        if Self.wellKnownTranslation?.contains(self) == true {
            return PeerAddress(high: 0, low: 0xFFFF << 32 | low & 0xFFFF_FFFF, port: port).isOnInternet
        }
        if isIPv4 { return !Self.reservedIPv4.contains { $0.contains(self) } }
        return high >> 61 == 0b001 && !Self.tunnels.contains { $0.contains(self) }
    }

    /// NAT64 (RFC 6052): the last four bytes are an IPv4 address.
    private static let wellKnownTranslation = NetworkRange("64:ff9b::/96")

    /// IANA's special-purpose addresses; multicast and what is above.
    private static let reservedIPv4 = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24", "224.0.0.0/3",
    ].compactMap { NetworkRange($0) }

    /// Teredo and 6to4, which lead to IPv4 addresses, and addresses for documents.
    private static let tunnels = ["2001::/32", "2001:db8::/32", "2002::/16", "3fff::/20"]
        .compactMap { NetworkRange($0) }
}

extension WebRequest {
    /// Refuses an address of the inside that a proxy would be asked for; without a proxy the connection is looked at.
    func checkInternetOnly(behind proxies: ProxyVariables) throws(WebError) {
        guard isInternetOnly, !proxies.proxy(of: self).address.isEmpty else { return }
        guard let name = plainHostName else {
            throw .invalidRequest("The address must have a plain host name.")
        }
        let isNamedInside = name == "localhost" || name.hasSuffix(".localhost")
        guard !isNamedInside, PeerAddress(numbers: name)?.isOnInternet != false else { throw .inside(self) }
    }

    /// Small letters, without port, brackets and the last dot; nil for a host that could be read in two ways.
    private var plainHostName: String? {
        let isPlain = host.utf8.allSatisfy { byte in
            HTTPGrammar.isDigit(byte) || (0x61...0x7A).contains(byte | 0x20) || ".-_:[]".utf8.contains(byte)
        }
        guard isPlain, !url.utf8.contains(UInt8(ascii: "\\")) else { return nil }
        var name = host.lowercased()
        if name.hasPrefix("[") {
            name = String(name.dropFirst().prefix { $0 != "]" })
        } else {
            name = String(name.prefix { $0 != ":" })
        }
        if name.hasSuffix(".") { name.removeLast() }
        return name.isEmpty ? nil : name
    }
}

extension PeerAddress {
    /// Reads an address in any way in which the system does: `127.1`, `0x7f000001`, `::1`; nil for a name.
    fileprivate init?(numbers text: String) {
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(text, nil, &hints, &found) == 0, let first = found else { return nil }
        defer { freeaddrinfo(found) }
        self.init(first.pointee.ai_addr, byteCount: Int(first.pointee.ai_addrlen))
    }

    fileprivate init?(_ address: UnsafeRawPointer?, byteCount: Int) {
        var storage = sockaddr_storage()
        guard let address, byteCount <= MemoryLayout<sockaddr_storage>.size else { return nil }
        withUnsafeMutableBytes(of: &storage) {
            $0.baseAddress?.copyMemory(from: address, byteCount: byteCount)
        }
        self.init(storage)
    }
}

extension WebError {
    static func inside(_ request: WebRequest) -> WebError {
        .invalidRequest(
            "`\(request.host)` is this machine or in a private network; only files on the internet are fetched."
        )
    }
}

/// Opens the socket for a connection to an address, unless the address is not on the internet.
///
/// Outside the main actor, so that curl may call it; it is only ever called on the loop's thread.
nonisolated func curlWantsConnection(
    _ context: UnsafeMutableRawPointer?, _ purpose: curlsocktype,
    _ wanted: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    guard let context, let wanted, let offset = MemoryLayout<curl_sockaddr>.offset(of: \.addr) else {
        return CURL_SOCKET_BAD
    }
    let facts = wanted.pointee
    let address = PeerAddress(UnsafeRawPointer(wanted) + offset, byteCount: Int(facts.addrlen))
    let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    guard MainActor.assumeIsolated({ transfer.mayReach(address) }) else { return CURL_SOCKET_BAD }
    let opened = socket(facts.family, facts.socktype, facts.`protocol`)
    if opened >= 0 { _ = fcntl(opened, F_SETFD, FD_CLOEXEC) }
    return opened
}
