import Testing

@testable import Wire

struct HostAndPortTests {
    @Test(arguments: [
        ("Example.com", "example.com", nil, false), ("a:80", "a", 80, false), ("a.:80", "a", 80, false),
        ("127.0.0.1:18789", "127.0.0.1", 18789, true), ("[::1]:3000", "::1", 3000, true),
        ("[FDAA::1]", "fdaa::1", nil, true), ("a:", "a", nil, false), ("localhost:0", "localhost", 0, false),
        ("300.1.1.1", "300.1.1.1", nil, false),
    ])
    func `a host is read with its port`(text: String, name: String, port: Int?, isAddress: Bool) throws {
        let host = try #require(HostAndPort(text))

        #expect(host.name == name)
        #expect(host.port == port)
        #expect(host.isAddress == isAddress)
    }

    @Test(arguments: ["", ":80", "a b", "[::1", "[1.2.3.4]", "a:65536", "a:1:2", "::1", "a/b", "[::1]a", "å"])
    func `anything else is refused`(text: String) {
        #expect(HostAndPort(text) == nil)
    }
}
