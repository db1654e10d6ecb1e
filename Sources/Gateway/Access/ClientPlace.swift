import Core
import Wire

/// Where a client really is, seen through the proxies we know.
struct ClientPlace: Sendable, Hashable {
    /// The client's own address, or the nearest proxy's when nothing trustworthy names the client.
    var address: String
    /// What failed logins are counted by: a whole /64 in IPv6, because that is what one customer is given.
    var attemptKey: AddressBlock
    /// The client itself is on this machine and asked for a local name: its devices are approved without asking.
    var isLocal: Bool
    /// The TCP peer is this machine and no proxy spoke for somebody else.
    var isDirectLoopback: Bool
}

/// Finds out where clients are.
struct ClientPlaces: Sendable {
    private let trustedProxies: [NetworkRange]
    /// On Fly.io the platform's proxy names the client in `Fly-Client-IP`; it always connects from a private address.
    private let isOnFly: Bool

    init(trustedProxies: [String], isOnFly: Bool) {
        self.trustedProxies = trustedProxies.compactMap { NetworkRange($0) }
        self.isOnFly = isOnFly
    }

    func place(peer: PeerAddress, headers: HTTPHeaders, host: HostAndPort?) -> ClientPlace {
        let isTrusted = trusts(peer)
        let client = clientNamed(by: peer, isTrusted: isTrusted, headers)
        let address = client ?? peer
        let isForwarded = Self.forwardingHeaders.contains { headers[$0] != nil }
        let isLocalName = host.map { $0.isLocal || $0.name.hasSuffix(".ts.net") } ?? false
        return ClientPlace(
            address: address.text,
            attemptKey: (client ?? hopBehindLocalProxy(peer, headers) ?? peer).block,
            isLocal: address.isLoopback && isLocalName && (!isForwarded || isTrusted),
            isDirectLoopback: peer.isLoopback && !isForwarded)
    }

    private static let forwardingHeaders = [
        "x-forwarded-for", "x-real-ip", "x-forwarded-host", "forwarded", "fly-client-ip",
    ]

    private func trusts(_ address: PeerAddress) -> Bool { trustedProxies.contains { $0.contains(address) } }

    /// The address that a proxy we trust gives for the client: the last hop that is not such a proxy itself.
    private func clientNamed(by peer: PeerAddress, isTrusted: Bool, _ headers: HTTPHeaders) -> PeerAddress? {
        if isTrusted {
            let hops = Self.hops(headers)
            return hops.last { !trusts($0) } ?? hops.first ?? headers["x-real-ip"].flatMap { PeerAddress($0) }
        }
        guard isOnFly, peer.isPrivate else { return nil }
        return headers["fly-client-ip"].flatMap { PeerAddress($0) }
    }

    /// Behind a local proxy that is not configured as trusted everybody is loopback.
    ///
    /// Its last hop then still tells clients apart, so that one guesser does not lock out all the others.
    private func hopBehindLocalProxy(_ peer: PeerAddress, _ headers: HTTPHeaders) -> PeerAddress? {
        peer.isLoopback ? Self.hops(headers).last : nil
    }

    /// `X-Forwarded-For` from the client to us; what is no address is left out.
    private static func hops(_ headers: HTTPHeaders) -> [PeerAddress] {
        headers.all("x-forwarded-for").flatMap { $0.split(separator: ",") }.suffix(mostHops).compactMap {
            hop in
            let hop = String(hop.trimmed)
            if let address = PeerAddress(hop) { return address }
            return hop.lastIndex(of: ":").flatMap { PeerAddress(String(hop[..<$0])) }  // with a port
        }
    }

    /// A chain of proxies is short; a longer list is made up.
    private static let mostHops = 32
}

extension HostAndPort {
    var isLocal: Bool { name == "localhost" || PeerAddress(name)?.isLoopback == true }

    /// The port, or nil for the default ones: `https://x` and `x:443` are the same place.
    var unusualPort: Int? { port == 80 || port == 443 ? nil : port }

    func isSamePlace(as other: HostAndPort) -> Bool { name == other.name && unusualPort == other.unusualPort }

    /// The host in an `Origin` such as `https://claw.example:8443`; nil for `null` and for other schemes.
    init?(origin: String) {
        let text = origin.lowercased()
        for scheme in ["https://", "http://"] where text.hasPrefix(scheme) {
            self.init(String(text.dropFirst(scheme.count)))
            return
        }
        return nil
    }
}
