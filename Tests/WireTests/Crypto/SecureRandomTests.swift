import Testing

@testable import Wire

struct SecureRandomTests {
    @Test func `a token is 43 characters that may stand in a URL`() {
        #expect(SecureRandom.token().wholeMatch(of: /[A-Za-z0-9_-]{43}/) != nil)
    }

    @Test(arguments: [0, 1, 255, 256, 257, 1000])
    func `as many bytes come as were asked for`(count: Int) {
        #expect(SecureRandom.bytes(count).count == count)
        #expect(count < 255 || Set(SecureRandom.bytes(count)).count > 50)
    }
}
