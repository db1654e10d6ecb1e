import Foundation
import Testing

@testable import Tools

struct ChildEnvironmentTests {
    @Test
    func `no secret of ours reaches a child`() {
        setenv("ANTHROPIC_API_KEY", "sk-secret", 1)
        defer { unsetenv("ANTHROPIC_API_KEY") }
        let environment = ChildEnvironment.make(path: nil)

        #expect(environment.values.allSatisfy { !$0.contains("sk-secret") })
        #expect(environment["PATH"]?.isEmpty == false)
        #expect(environment["TERM"] == "dumb")
        #expect(ChildEnvironment.make(path: "/only/here")["PATH"] == "/only/here")
    }
}
