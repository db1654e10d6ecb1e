import Testing

@testable import Wire

struct ProxyVariablesTests {
    @Test(arguments: [
        (["HTTPS_PROXY": "s", "HTTP_PROXY": "p"], "https://a/", "s"),
        (["HTTPS_PROXY": "s", "HTTP_PROXY": "p"], "HTTP://a/", "p"),
        (["https_proxy": "small", "HTTPS_PROXY": "s"], "https://a/", "small"),
        (["https_proxy": "", "HTTPS_PROXY": "s"], "https://a/", "s"),
        (["ALL_PROXY": "all", "HTTP_PROXY": "p"], "https://a/", "all"),
        (["ALL_PROXY": "all", "HTTP_PROXY": "p"], "http://a/", "p"), ([:], "https://a/", ""),
    ])
    func `the scheme's own proxy goes before the one for all`(
        environment: [String: String], url: String, proxy: String
    ) {
        #expect(ProxyVariables(environment).proxy(for: url) == proxy)
    }

    @Test func `exceptions are passed on as they are written`() {
        #expect(ProxyVariables(["NO_PROXY": "a.example,10.0.0.0/8"]).exceptions == "a.example,10.0.0.0/8")
        #expect(ProxyVariables([:]).exceptions.isEmpty)
    }
}
