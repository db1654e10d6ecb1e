import Core
import Testing

struct RandomUUIDTests {
    @Test func `a UUID is version 4 and never comes twice`() {
        let uuids = (0..<1000).map { _ in randomUUID() }

        #expect(Set(uuids).count == uuids.count)
        #expect(
            uuids.allSatisfy {
                $0.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/)
                    != nil
            })
    }
}
