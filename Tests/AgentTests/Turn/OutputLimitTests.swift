import Testing

@testable import Agent

struct OutputLimitTests {
    @Test
    func `short text stays as it is, long text says how much is missing`() {
        #expect(OutputLimit.headAndTail("short", bytes: 10) == "short")
        #expect(
            OutputLimit.headAndTail(String(repeating: "x", count: 100), bytes: 30).contains(
                "[… 70 bytes left out …]"))
    }
}
