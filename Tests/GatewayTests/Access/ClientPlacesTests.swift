import Testing
import Wire

@testable import Gateway

struct ClientPlacesTests {
    private func place(
        peer: String, _ headers: [(name: String, value: String)] = [], host: String = "localhost",
        trusted: [String] = [], isOnFly: Bool = false
    ) throws -> ClientPlace {
        ClientPlaces(trustedProxies: trusted, isOnFly: isOnFly).place(
            peer: try #require(PeerAddress(peer)), headers: HTTPHeaders(headers), host: HostAndPort(host))
    }

    @Test(arguments: [
        ("127.0.0.1", "localhost", true), ("::1", "[::1]:18789", true),
        ("127.0.0.1", "127.0.0.1:18789", true),
        ("127.0.0.1", "gateway.example.com", false), ("192.168.1.5", "localhost", false),
    ])
    func `local is who is here and asked for a local name`(peer: String, host: String, isLocal: Bool) throws {
        #expect(try place(peer: peer, host: host).isLocal == isLocal)
    }

    @Test
    func `a forwarding header from nobody we trust makes the client neither local nor somebody else`() throws
    {
        let place = try place(peer: "127.0.0.1", [("X-Forwarded-For", "203.0.113.9")])

        #expect(!place.isLocal && !place.isDirectLoopback)
        #expect(place.address == "127.0.0.1")
    }

    @Test(arguments: [
        "X-Forwarded-For", "X-Real-IP", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded", "Via",
        "Fly-Client-IP",
    ])
    func `who comes through a proxy that the config does not name is not on this machine`(header: String)
        throws
    {
        #expect(try place(peer: "127.0.0.1").isOnThisMachine)
        #expect(try !place(peer: "127.0.0.1", [(header, "203.0.113.9")]).isOnThisMachine)
        let named = try place(
            peer: "127.0.0.1", [("X-Forwarded-For", "203.0.113.9")], trusted: ["127.0.0.1"])
        #expect(!named.isOnThisMachine)
        let own = try place(peer: "127.0.0.1", [("X-Forwarded-For", "127.0.0.1")], trusted: ["127.0.0.1"])
        #expect(own.isOnThisMachine)
    }

    @Test(arguments: [
        [("Forwarded", "for=203.0.113.9")], [("Via", "1.1 caddy")], [("X-Forwarded-Proto", "https")],
        [("X-Forwarded-For", "unknown")], [("X-Forwarded-For", "127.0.0.1, _hidden")],
        [("X-Forwarded-For", "127.0.0.1, _hidden"), ("X-Real-IP", "127.0.0.1")],
        [("X-Forwarded-For", "127.0.0.1"), ("X-Real-IP", "203.0.113.9")],
        [("X-Forwarded-For", "127.0.0.1"), ("Forwarded", "for=203.0.113.9")],
    ])
    func `who comes through a proxy that the config names is here only when it leaves no doubt`(
        headers: [(name: String, value: String)]
    ) throws {
        let place = try place(peer: "127.0.0.1", headers, trusted: ["127.0.0.1"])

        #expect(!place.isOnThisMachine && !place.isLocal)
    }

    @Test
    func `nobody vouches for what stands before a hop that is no address`() throws {
        let headers = [(name: "X-Forwarded-For", value: "198.51.100.1, unix:")]
        let here = try place(peer: "127.0.0.1", headers, trusted: ["127.0.0.1"])
        let far = try place(peer: "10.1.2.3", headers, trusted: ["10.0.0.0/8"])
        let unnamed = try place(peer: "127.0.0.1", headers)

        #expect(here.guesser == .hearsay(nil) && unnamed.guesser == .hearsay(nil))
        #expect(far.guesser == .address(try #require(PeerAddress("10.1.2.3")).block))
        #expect(far.address == "10.1.2.3")
    }

    @Test
    func `behind a local proxy the config does not name, the last hop is hearsay`() throws {
        let one = try place(peer: "127.0.0.1", [("X-Forwarded-For", "203.0.113.9")])
        let other = try place(peer: "127.0.0.1", [("X-Forwarded-For", "203.0.113.9, 198.51.100.1")])
        let nameless = try place(peer: "127.0.0.1", [("Fly-Client-IP", "203.0.113.9")])

        #expect(one.guesser == .hearsay(PeerAddress("203.0.113.9")?.block))
        #expect(other.guesser == .hearsay(PeerAddress("198.51.100.1")?.block))
        #expect(nameless.guesser == .hearsay(nil))
    }

    @Test
    func `who comes directly, or through a proxy the config names, is counted by his own address`() throws {
        let direct = try place(peer: "127.0.0.1")
        let proxied = try place(
            peer: "127.0.0.1", [("X-Forwarded-For", "203.0.113.9")], trusted: ["127.0.0.1"])
        let far = try place(peer: "198.51.100.7", [("X-Forwarded-For", "203.0.113.9")])

        #expect(direct.guesser == .address(try #require(PeerAddress("127.0.0.1")).block))
        #expect(proxied.guesser == .address(try #require(PeerAddress("203.0.113.9")).block))
        #expect(far.guesser == .address(try #require(PeerAddress("198.51.100.7")).block))
    }

    @Test
    func `a trusted proxy names the client: the last hop that is not trusted itself`() throws {
        let place = try place(
            peer: "10.1.2.3", [("X-Forwarded-For", "1.1.1.1, 203.0.113.9, 10.9.9.9")], trusted: ["10.0.0.0/8"]
        )

        #expect(place.address == "203.0.113.9")
    }

    @Test
    func `Fly's header is believed only on Fly and only from a private address`() throws {
        let headers: [(name: String, value: String)] = [("Fly-Client-IP", "203.0.113.9")]

        #expect(try place(peer: "172.16.4.2", headers, isOnFly: true).address == "203.0.113.9")
        #expect(try place(peer: "172.16.4.2", headers).address == "172.16.4.2")
        #expect(try place(peer: "198.51.100.7", headers, isOnFly: true).address == "198.51.100.7")
    }
}

struct OriginRuleTests {
    @Test(arguments: [
        ("https://claw.example", "claw.example", OriginRule.Verdict.own),
        ("https://claw.example", "claw.example:443", .own),
        ("http://[fdaa::3]:3000", "[fdaa::3]:3000", .own),
        ("https://claw.example:8443", "claw.example", .foreign),
        ("https://evil.example", "claw.example", .foreign),
        ("https://claw.example.evil.example", "claw.example", .foreign),
        ("null", "claw.example", .foreign),
        ("https://ok.example", "claw.example", .own),
        ("", "claw.example", .absent),
    ])
    func `a page belongs to us when its origin is the host it asked for, or is allowed`(
        origin: String, host: String, verdict: OriginRule.Verdict
    ) {
        let rule = OriginRule(allowed: ["https://OK.example/"])

        #expect(rule.verdict(origin: origin, host: HostAndPort(host), isDirectLoopback: false) == verdict)
    }

    @Test
    func `a local page may use a local gateway on another port, but not from far away`() {
        let rule = OriginRule(allowed: [])
        let host = HostAndPort("127.0.0.1:18789")

        #expect(rule.verdict(origin: "http://localhost:5173", host: host, isDirectLoopback: true) == .own)
        #expect(
            rule.verdict(origin: "http://localhost:5173", host: host, isDirectLoopback: false) == .foreign)
    }
}

struct HostRuleTests {
    @Test(arguments: [
        ("localhost:18789", true), ("127.0.0.1", true), ("[::1]:18789", true), ("192.168.1.5", true),
        ("mine.example", true), ("evil.example", false),
    ])
    func `without a secret only addresses, localhost and configured names are answered`(
        host: String, isAllowed: Bool
    ) {
        let rule = HostRule(asksForSecret: false, configuredNames: ["mine.example"])

        #expect(rule.allows(HostAndPort(host)) == isAllowed)
    }

    @Test
    func `with a secret every name is answered`() {
        #expect(HostRule(asksForSecret: true, configuredNames: []).allows(HostAndPort("evil.example")))
    }

    @Test(arguments: [
        ("192.0.2.2", "X-Forwarded-For", "203.0.113.9", "203.0.113.9"),
        ("192.0.2.2", "X-Forwarded-For", "203.0.113.9, 192.0.2.3", "203.0.113.9"),
        ("192.0.2.2", "X-Forwarded-For", "192.0.2.3", nil),
        ("192.0.2.2", "X-Forwarded-For", "127.0.0.1", nil),
        ("192.0.2.2", "Via", "1.1 caddy", nil), ("172.16.3.4", "Fly-Client-IP", "203.0.113.9", "203.0.113.9"),
        ("172.16.3.4", "X-Forwarded-For", "203.0.113.9", nil),
        ("127.0.0.1", "X-Forwarded-For", "203.0.113.9", nil),
    ])
    func `a connection that a proxy brings counts as its client's where a proxy we trust names one`(
        peer: String, header: String, value: String, client: String?
    ) throws {
        let places = ClientPlaces(trustedProxies: ["192.0.2.0/29"], isOnFly: true)
        let peer = try #require(PeerAddress(peer))

        #expect(places.bringsOthers(peer))
        #expect(places.client(behind: peer, HTTPHeaders([(header, value)]))?.text == client)
    }

    @Test func `who is no proxy has a limit of its own, whatever it says`() throws {
        let peer = try #require(PeerAddress("172.16.3.4"))
        let places = ClientPlaces(trustedProxies: ["192.0.2.2"], isOnFly: false)

        #expect(!places.bringsOthers(peer))
        #expect(
            places.client(behind: peer, HTTPHeaders([(name: "X-Forwarded-For", value: "203.0.113.9")])) == nil
        )
    }
}
