import Core
import TestSupport
import Testing

@testable import Agent

/// From a command to the verdict.
@MainActor
struct CommandApproverTests {
    private nonisolated static let git = CommandProgram(
        name: "git", path: "/usr/bin/git", realPath: "/usr/bin/git", isHarmless: false)

    /// The verdict on `git status` under the rules, and what stands in the file then.
    private func verdict(
        _ wish: ExecWish, file text: String? = nil, programs: [CommandProgram]? = [git],
        answer: ApprovalDecision? = nil, isHeard: Bool = true, workspace: String? = nil,
        change: @escaping @MainActor (ApprovalsFileTests.Disk) -> Void = { _ in }
    ) async throws -> (CommandVerdict, JSON, asked: Int) {
        let disk = ApprovalsFileTests.Disk(text)
        let audience = ApprovalDeskTests.Audience(isThere: isHeard)
        let desk = ApprovalDesk()
        desk.audiences = [audience]
        var verdict: CommandVerdict?
        try await TestHouse.run({
            $0.agents[0].exec = wish
            if let workspace { $0.agents[0].workspace = workspace }
        }) { house in
            let approver = CommandApprover(
                desk: desk,
                file: ApprovalsFile(
                    path: "/state/exec-approvals.json", home: nil, load: { disk.bytes },
                    save: { disk.bytes = $0 }),
                switchboard: house.switchboard, log: Log("test", to: SilentSink()))
            let request = CommandRequest(command: "git status", directory: "/w") { programs }
            let context = ToolContext(workspace: "/w", agent: .main, session: TestHouse.main, run: RunID("r"))
            async let decided = approver.gate.decide(request, context)
            if let answer {
                await audience.bell.wait()
                change(disk)
                try desk.resolve(try #require(audience.asked.first).id, answer, by: "Ann")
            }
            verdict = try await decided
        }
        return (try #require(verdict), disk.json, audience.asked.count)
    }

    private nonisolated static let listed =
        "{version:1, agents:{main:{allowlist:[{pattern:'/usr/bin/git'}]}}}"

    @Test(
        arguments: [
            (ExecWish(), nil), (ExecWish(security: .full, ask: .onMiss), nil),
            (ExecWish(security: .allowlist, ask: .onMiss), listed),
            (ExecWish(security: .allowlist, ask: .off), listed),
        ] as [(ExecWish, String?)])
    func `what the rules allow runs unasked`(wish: ExecWish, file: String?) async throws {
        let (verdict, _, asked) = try await verdict(wish, file: file)

        #expect(verdict == .run && asked == 0)
    }

    @Test(
        arguments: [
            (ExecWish(security: .deny), nil, "`deny`"),
            (ExecWish(), "{version:1, defaults:{security:'deny'}}", "exec-approvals.json"),
            (ExecWish(security: .allowlist, ask: .off), nil, "openclaw approvals allowlist add"),
            (ExecWish(), "{", "Mend it"),
        ] as [(ExecWish, String?, String)])
    func `what they deny does not, and nobody is asked`(wish: ExecWish, file: String?, said: String)
        async throws
    {
        let (verdict, _, asked) = try await verdict(wish, file: file)

        guard case .refuse(let reason) = verdict else { return #expect(Bool(false), "it ran") }
        #expect(reason.contains(said) && asked == 0)
    }

    @Test func `an answer for once leaves no trace`() async throws {
        let (verdict, file, _) = try await verdict(ExecWish(security: .allowlist), answer: .allowOnce)

        #expect(verdict == .run && file == .null)
    }

    @Test func `an answer for always lists the program`() async throws {
        let (verdict, file, _) = try await verdict(ExecWish(security: .allowlist), answer: .allowAlways)

        #expect(verdict == .run)
        #expect(file["agents"]?["main"]?["allowlist"]?.arrayValue?.first?["pattern"] == "/usr/bin/git")
    }

    @Test(arguments: ["/usr/lib/run", "/bin/run"])
    func `a program in a workspace is neither listed nor remembered`(path: String) async throws {
        let script = CommandProgram(name: "run", path: path, realPath: "/usr/lib/run", isHarmless: false)
        let listed = "{version:1, agents:{main:{allowlist:[{pattern:'\(path)'}]}}}"

        let once = try await verdict(
            ExecWish(security: .allowlist), file: listed, programs: [script], answer: .allowOnce,
            workspace: "/usr/lib")
        let unasked = try await verdict(
            ExecWish(security: .allowlist, ask: .off), file: listed, programs: [script], workspace: "/usr/lib"
        )

        #expect(once.0 == .run && once.asked == 1)
        guard case .refuse(let reason) = unasked.0 else {
            Issue.record("it ran")
            return
        }
        #expect(reason.contains("can change `run` itself"))
    }

    @Test func `a no is a no`() async throws {
        let (verdict, _, _) = try await verdict(ExecWish(ask: .always), file: Self.listed, answer: .deny)

        guard case .refuse(let reason) = verdict else { return #expect(Bool(false), "it ran") }
        #expect(reason.hasPrefix("Ann denied"))
    }

    @Test func `rules that were tightened while it waited hold`() async throws {
        let (verdict, _, _) = try await verdict(ExecWish(ask: .always), answer: .allowOnce) {
            $0.bytes = Array("{version:1, defaults:{security:'deny'}}".utf8)
        }

        #expect(verdict != .run)
    }

    @Test(
        arguments: [
            (nil, [git], false), ("deny", [git], false), ("allowlist", [git], false), ("full", [git], false),
        ] as [(String?, [CommandProgram], Bool)])
    func `where nobody can be asked the fallback is never looser than the rules`(
        fallback: String?, programs: [CommandProgram], runs: Bool
    ) async throws {
        let file = fallback.map { "{version:1, defaults:{askFallback:'\($0)'}}" }

        let (verdict, _, asked) = try await verdict(
            ExecWish(security: .allowlist), file: file, programs: programs, isHeard: false)

        #expect((verdict == .run) == runs && asked == 1)
    }

    @Test func `a fallback that trusts the list lets listed commands run`() async throws {
        let file =
            "{version:1, defaults:{askFallback:'allowlist'}, agents:{main:{allowlist:[{pattern:'git'}]}}}"

        #expect(try await verdict(ExecWish(ask: .always), file: file, isHeard: false).0 == .run)
        #expect(
            try await verdict(ExecWish(ask: .always), file: file, programs: nil, isHeard: false).0 != .run)
    }

    @Test func `a line that cannot be told is asked for and never remembered`() async throws {
        let (verdict, file, asked) = try await verdict(
            ExecWish(security: .allowlist), file: Self.listed, programs: nil, answer: .allowOnce)

        #expect(verdict == .run && asked == 1)
        #expect(file == .null)  // JSON5 as it was written, not rewritten
    }

    @Test func `where nobody can be asked the model is told which setting changes that`() async throws {
        let (verdict, _, _) = try await verdict(ExecWish(ask: .always), isHeard: false)

        guard case .refuse(let reason) = verdict else { return #expect(Bool(false), "it ran") }
        #expect(reason.contains("`approvals.exec`"))
    }
}
