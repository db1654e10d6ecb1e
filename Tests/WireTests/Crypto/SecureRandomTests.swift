import Testing

@testable import Wire

struct SecureRandomTests {
    @Test func `a UUID is version 4 and never comes twice`() {
        let uuids = (0..<1000).map { _ in SecureRandom.uuid() }

        #expect(Set(uuids).count == uuids.count)
        #expect(
            uuids.allSatisfy {
                $0.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/)
                    != nil
            })
    }

    @Test func `a token is 43 characters that may stand in a URL`() {
        #expect(SecureRandom.token().wholeMatch(of: /[A-Za-z0-9_-]{43}/) != nil)
    }

    @Test(arguments: [0, 1, 255, 256, 257, 1000])
    func `as many bytes come as were asked for`(count: Int) {
        #expect(SecureRandom.bytes(count).count == count)
        #expect(count < 255 || Set(SecureRandom.bytes(count)).count > 50)
    }
}
