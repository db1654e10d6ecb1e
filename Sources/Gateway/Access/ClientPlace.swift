import Core
import Wire

/// Where a client really is, seen through the proxies we know.
struct ClientPlace: Sendable, Hashable {
    /// The client's own address, or the nearest proxy's when nothing trustworthy names the client.
    var address: String
    /// What failed logins are counted by.
    var guesser: Guesser
    /// The client itself is on this machine: nobody else, as far as the request tells, is behind the TCP peer.
    var isOnThisMachine: Bool
    /// The client itself is on this machine and asked for a local name: its devices are approved without asking.
    var isLocal: Bool
    /// The TCP peer is this machine and no proxy spoke for somebody else.
    var isDirectLoopback: Bool
}

/// Whom a failed login is laid to; in IPv6 a whole /64, because that is what one customer is given.
enum Guesser: Sendable, Hashable {
    /// The client's own address, or one that a proxy we trust names.
    case address(AddressBlock)
    /// Behind a proxy on this machine that the config does not name: the last hop it tells of, which anybody who reaches
    /// our port could have made up; nil when it tells of none, also behind one that the config names.
    case hearsay(AddressBlock?)

    var isHearsay: Bool {
        switch self {
        case .address: false
        case .hearsay: true
        }
    }
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
        let hops = Self.hops(headers)
        let client = clientNamed(by: peer, isTrusted: isTrusted, hops, headers)
        let address = client ?? peer
        let isForwarded = Self.forwardingHeaders.contains { headers[$0] != nil }
        let isLocalName = host.map { $0.isLocal || $0.name.hasSuffix(".ts.net") } ?? false
        let isBroughtFromHere =
            isTrusted && client?.isLoopback == true && !Self.namesSomebodyElsewhere(headers)
        let isOnThisMachine = isForwarded ? isBroughtFromHere : peer.isLoopback
        return ClientPlace(
            address: address.text,
            guesser: client == nil && peer.isLoopback && isForwarded
                ? .hearsay(hops.last??.block) : .address(address.block),
            isOnThisMachine: isOnThisMachine, isLocal: isOnThisMachine && isLocalName,
            isDirectLoopback: peer.isLoopback && !isForwarded)
    }

    /// Whether connections of many people come from there.
    func bringsOthers(_ peer: PeerAddress) -> Bool {
        peer.isLoopback || trusts(peer) || isOnFly && peer.isPrivate
    }

    /// Who is behind such a peer, where one that we trust names somebody who is no such peer.
    func client(behind peer: PeerAddress, _ headers: HTTPHeaders) -> PeerAddress? {
        guard bringsOthers(peer) else { return nil }
        let client = clientNamed(by: peer, isTrusted: trusts(peer), Self.hops(headers), headers)
        return client.flatMap { bringsOthers($0) ? nil : $0 }
    }

    private static let forwardingHeaders = [
        "x-forwarded-for", "x-real-ip", "x-forwarded-host", "x-forwarded-proto", "forwarded", "via",
        "fly-client-ip",
    ]

    private func trusts(_ address: PeerAddress) -> Bool { trustedProxies.contains { $0.contains(address) } }

    /// The address that a proxy we trust gives for the client: the last hop that is not such a proxy itself.
    ///
    /// Where that hop is no address, nobody vouches for those before it.
    private func clientNamed(
        by peer: PeerAddress, isTrusted: Bool, _ hops: [PeerAddress?], _ headers: HTTPHeaders
    ) -> PeerAddress? {
        if isTrusted {
            guard let hop = hops.lastIndex(where: { $0.map(trusts) != true }) ?? hops.indices.first else {
                return headers["x-real-ip"].flatMap { PeerAddress($0) }
            }
            return hops[hop]
        }
        guard isOnFly, peer.isPrivate else { return nil }
        return headers["fly-client-ip"].flatMap { PeerAddress($0) }
    }

    /// A proxy that writes one of these may pass on an `X-Forwarded-For` that the client has made up.
    private static func namesSomebodyElsewhere(_ headers: HTTPHeaders) -> Bool {
        let realAddress = headers["x-real-ip"]
        return headers["forwarded"] != nil
            || realAddress != nil && realAddress.flatMap { PeerAddress($0) }?.isLoopback != true
    }

    /// `X-Forwarded-For` from the client to us; nil is a hop that is no address.
    private static func hops(_ headers: HTTPHeaders) -> [PeerAddress?] {
        headers.all("x-forwarded-for").flatMap { $0.split(separator: ",") }.suffix(mostHops).map { hop in
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
