import Testing

@testable import Agent

struct ToolPolicyTests {
    @Test(arguments: [
        ([], [], "exec", true), (["read"], [], "exec", false), (["READ"], [], "read", true),
        (["*"], ["exec"], "exec", false),
        (["group:fs"], [], "edit", true), (["group:fs"], [], "exec", false),
        ([], ["group:runtime"], "exec", false),
        (["web_*"], [], "web_search", true), (["web_*"], [], "search_web", false),
        (["*_*"], [], "web_search", true),
        (["re*d"], [], "read", true), (["a*b*c"], [], "axxbyyc", true), (["a*b*c"], [], "axxc", false),
        ([""], [], "exec", false),
        (["*a"], [], "a", true), (["a*a"], [], "a", false),
    ])
    func `deny wins, an empty allow list allows all`(
        allow: [String], deny: [String], name: String, isAllowed: Bool
    ) {
        #expect(ToolPolicy(allow: allow, deny: deny).allows(name) == isAllowed)
    }

    @Test func `of two policies both must allow`() {
        let both = ToolPolicy(allow: ["read", "write"]).and(ToolPolicy(allow: ["read", "exec"]))
            .and(ToolPolicy(deny: ["write"]))

        #expect(["read", "write", "exec", "edit"].filter(both.allows) == ["read"])
    }
}
