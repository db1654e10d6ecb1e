import Testing

@testable import Wire

struct PeerAddressTests {
    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1", true, true), ("::ffff:10.0.0.1", "10.0.0.1", false, true),
        ("8.8.8.8", "8.8.8.8", false, false), ("::1", "::1", true, true),
        ("[fdaa::3]", "fdaa::3", false, true),
        ("2001:DB8::1", "2001:db8::1", false, false), ("172.31.255.255", "172.31.255.255", false, true),
        ("172.32.0.0", "172.32.0.0", false, false), ("fe80::1", "fe80::1", false, true),
        ("100.64.0.1", "100.64.0.1", false, true), ("127.255.0.9", "127.255.0.9", true, true),
    ])
    func `an address is read and classed`(text: String, canonical: String, isLoopback: Bool, isPrivate: Bool)
        throws
    {
        let address = try #require(PeerAddress(text))

        #expect(address.text == canonical)
        #expect(address.isLoopback == isLoopback)
        #expect(address.isPrivate == isPrivate)
    }

    @Test(arguments: [
        "8.8.8.8", "::ffff:8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::808:808",
    ])
    func `the internet is what is at large`(text: String) throws {
        #expect(try #require(PeerAddress(text)).isOnInternet)
    }

    @Test(arguments: [
        "0.0.0.0", "0.1.2.3", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1",
        "192.168.0.1",
        "198.18.0.1", "224.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:10.0.0.1",
        "fc00::1", "fdaa::3",
        "fe80::1", "fec0::1", "ff02::1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001::1",
        "2001:db8::1",
    ])
    func `what is inside, of nobody or of many is not on the internet`(text: String) throws {
        #expect(try !#require(PeerAddress(text)).isOnInternet)
    }

    @Test(arguments: [
        "", "localhost", "1.2.3", "1.2.3.4.5", "1.2.3.4:80", "[1.2.3.4]", "::g", "[]", "01.2.3.4 ",
    ])
    func `anything else is no address`(text: String) {
        #expect(PeerAddress(text) == nil)
    }

    @Test(arguments: [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true), ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
        ("1.2.3.4", "::ffff:1.2.3.4", true), ("1.2.3.4", "1.2.3.5", false),
    ])
    func `limits count IPv4 by address and IPv6 by network`(first: String, second: String, isSame: Bool)
        throws
    {
        let first = try #require(PeerAddress(first))
        let second = try #require(PeerAddress(second))

        #expect((first.block == second.block) == isSame)
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false),
        ("10.0.0.0/8", "::ffff:10.1.1.1", true),
        ("fd00::/8", "fdaa::1", true), ("fd00::/8", "fe00::1", false), ("0.0.0.0/0", "8.8.8.8", true),
        ("0.0.0.0/0", "::1", false), ("::/0", "8.8.8.8", true), ("::1", "::1", true),
        ("1.2.3.4", "1.2.3.4", true),
        ("1.2.3.4", "1.2.3.5", false), ("2001:db8::/65", "2001:db8::8000:0:0:0", false),
        ("2001:db8::/65", "2001:db8::1", true), ("192.0.2.128/25", "192.0.2.127", false),
    ])
    func `a range holds its addresses`(range: String, address: String, isInside: Bool) throws {
        let range = try #require(NetworkRange(range))

        #expect(range.contains(try #require(PeerAddress(address))) == isInside)
    }

    @Test(arguments: [
        "", "/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8/8", "x/8", "::/129", "::/+1",
    ])
    func `a malformed range is refused`(text: String) {
        #expect(NetworkRange(text) == nil)
    }
}
