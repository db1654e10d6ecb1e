import Core
import Testing

@testable import Agent

/// Commands that wait for a yes.
@MainActor
struct ApprovalDeskTests {
    final class Audience: ApprovalAudience {
        let isThere: Bool
        var asked: [Approval] = []
        var ended: [ApprovalOutcome] = []
        let bell = Gate()

        init(isThere: Bool = true) { self.isThere = isThere }

        func requested(_ approval: Approval) async -> Bool {
            asked.append(approval)
            bell.open()
            return isThere
        }

        func resolved(_ approval: Approval, _ outcome: ApprovalOutcome) { ended.append(outcome) }
    }

    private func ask(
        _ desk: ApprovalDesk, _ audience: Audience,
        _ request: ApprovalRequest = ApprovalRequest(command: "x"),
        answering: @escaping @MainActor (Approval) throws -> Void
    ) async throws -> ApprovalOutcome {
        desk.audiences = [audience]
        async let asked = desk.ask(request)
        await audience.bell.wait()
        try answering(try #require(audience.asked.first))
        return try await asked.1
    }

    @Test(arguments: ApprovalDecision.allCases)
    func `the first answer counts, and everybody hears of it once`(decision: ApprovalDecision) async throws {
        let (desk, audience) = (ApprovalDesk(), Audience())

        let outcome = try await ask(desk, audience) { approval in
            try desk.resolve(approval.id, decision, by: "Ann")
            #expect(throws: ApprovalError.alreadyResolved(.decided(decision, by: "Ann"))) {
                try desk.resolve(approval.id, .deny, by: "Bob")
            }
        }

        #expect(outcome == .decided(decision, by: "Ann"))
        #expect(audience.ended == [outcome])
        #expect(desk.waiting.isEmpty)
    }

    @Test func `where nobody can be asked it ends at once`() async throws {
        let (desk, audience) = (ApprovalDesk(), Audience(isThere: false))
        desk.audiences = [audience]

        #expect(try await desk.ask(ApprovalRequest(command: "x")).1 == .noRoute)
        #expect(audience.ended == [.noRoute])
    }

    @Test func `nobody waits for longer than was said`() async throws {
        let (desk, audience) = (ApprovalDesk(), Audience())
        desk.audiences = [audience]
        let approval = try desk.open(ApprovalRequest(command: "x"), patience: .milliseconds(1))

        #expect(await desk.announce(approval))
        #expect(await desk.settle(approval) == .expired)
        #expect(throws: ApprovalError.alreadyResolved(.expired)) {
            try desk.resolve(approval.id, .allowOnce, by: nil)
        }
    }

    @Test func `a cancelled run takes its question back`() async throws {
        let (desk, audience) = (ApprovalDesk(), Audience())
        desk.audiences = [audience]

        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = try? await desk.ask(ApprovalRequest(command: "x")) }
            await audience.bell.wait()
            group.cancelAll()
        }

        #expect(audience.ended == [.withdrawn])
        #expect(desk.waiting.isEmpty)
    }

    @Test func `what cannot hold for all times is not offered and not taken`() async throws {
        let (desk, audience) = (ApprovalDesk(), Audience())
        var request = ApprovalRequest(command: "x")
        request.canBeRemembered = false

        let outcome = try await ask(desk, audience, request) { approval in
            #expect(approval.decisions == [.allowOnce, .deny])
            #expect(throws: ApprovalError.cannotBeRemembered) {
                try desk.resolve(approval.id, .allowAlways, by: nil)
            }
            try desk.resolve(approval.id, .deny, by: nil)
        }

        #expect(outcome == .decided(.deny, by: nil))
    }

    @Test func `ids are taken once, unknown ones are said to be, and so many wait at most`() throws {
        let desk = ApprovalDesk()
        let approval = try desk.open(ApprovalRequest(command: "x"), id: "12345678-a")

        #expect(throws: ApprovalError.alreadyPending) {
            try desk.open(ApprovalRequest(command: "y"), id: approval.id)
        }
        #expect(throws: ApprovalError.unknown) { try desk.resolve("nope", .deny, by: nil) }
        #expect(desk.find("12345678")?.id == approval.id)
        #expect(desk.find("1234567") == nil)
        for _ in 1..<64 { _ = try desk.open(ApprovalRequest(command: "z")) }
        #expect(throws: ApprovalError.tooMany) { try desk.open(ApprovalRequest(command: "z")) }
    }
}
