import Testing

@testable import App

struct WorkspacePlanTests {
    @Test func `a place that another workspace has gets a number`() {
        var plan = WorkspacePlan()

        #expect(plan.place("/home/clawd", at: "/state/workspace") == "/state/workspace")
        #expect(plan.place("/old/workspace", at: "/state/workspace") == "/state/workspace-2")
        #expect(plan.place("/old/third", at: "/state/workspace") == "/state/workspace-3")
        #expect(plan.place("/old/workspace", at: "/state/workspace-b") == "/state/workspace-2")
    }

    @Test func `a workspace in another one stays in it`() {
        var plan = WorkspacePlan()
        _ = plan.place("/home/clawd", at: "/state/workspace")

        #expect(plan.place("/home/clawd/b", at: "/state/workspace-b") == "/state/workspace/b")
        #expect(plan.place("/home/clawdette", at: "/state/workspace-c") == "/state/workspace-c")
    }

    @Test func `a workspace around another one is fine where both keep their places, and moves elsewhere`() {
        var plan = WorkspacePlan()
        _ = plan.place("/old/agents/b", at: "/state/agents/b")

        #expect(plan.isFree("/state/agents", for: "/old/agents"))
        #expect(plan.place("/elsewhere", at: "/state/agents") == "/state/agents-2")
    }
}
