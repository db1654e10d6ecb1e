import Core
import Store
import TestSupport
import Testing

@testable import Agent

/// Questions about commands in chats, from the first word to what is left of them.
@MainActor
struct ChatApprovalsTests {
    @MainActor
    private struct Scene {
        let test: ChannelTestHouse
        let desk: ApprovalDesk
        let chats: ChatApprovals

        var channel: ScriptedChannel { test.channel }

        /// Somebody asks; the request is on the desk and the chats know of it.
        func ask(_ change: (inout ApprovalRequest) -> Void = { _ in }) async throws -> (
            Approval, isHeard: Bool
        ) {
            var request = ApprovalRequest(command: "git push")
            request.agent = "main"
            request.session = "agent:main:main"
            request.chat = Address(channel: "test", chat: "ann")
            change(&request)
            let approval = try desk.open(request)
            return (approval, await desk.announce(approval))
        }

        func press(_ approval: Approval, _ decision: ApprovalDecision, by id: String) async -> PressAnswer {
            await chats.decide(
                "\(approval.id) \(decision.rawValue)", by: Sender(id: id, name: id), on: ChannelTestHouse.key)
        }
    }

    private func scene(
        in folder: String? = nil, channel: ScriptedChannel? = nil, rules: JSON = [:],
        forwarding: ApprovalForwarding = ApprovalForwarding(), _ body: @MainActor (Scene) async throws -> Void
    ) async throws {
        let rules = ChannelTestHouse.rules { $0.approvals = ApprovalRules(rules) }
        try await ChannelTestHouse.run(in: folder, channel: channel, rules: rules) { test in
            let desk = ApprovalDesk()
            test.house.switchboard.settings.forwarding = forwarding
            let chats = ChatApprovals(
                desk: desk, board: test.board, switchboard: test.house.switchboard, pairing: test.pairing,
                outbox: test.outbox, store: test.house.stores.outbox, log: Log("test", to: SilentSink()))
            desk.audiences = [chats]
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask { await chats.run() }
                try await eventually("the channel runs") { test.channel.house != nil }
                try await body(Scene(test: test, desk: desk, chats: chats))
                group.cancelAll()
            }
        }
    }

    @Test func `the owner is asked directly and reads there what came of it`() async throws {
        try await scene { scene in
            let (approval, isHeard) = try await scene.ask()
            #expect(isHeard)
            try await eventually("the question is put") { scene.channel.posted.count == 1 }
            let question = scene.channel.posted[0]
            #expect(question.address.chat == "user:ann")
            #expect(question.content.buttons[0].map(\.title) == ["Allow once", "Always allow", "Deny"])
            #expect(question.content.text.contains("git push"))

            #expect(await scene.press(approval, .allowOnce, by: "ann") == PressAnswer("✅ Allowed once"))
            try await eventually("it is settled") {
                scene.channel.seen == ["✅ Allowed once by `ann`\n```sh\ngit push\n```"]
            }
            #expect(scene.channel.attempts.last?.content.buttons == [])
        }
    }

    @Test func `what is decided while the question is being posted is seen all the same`() async throws {
        let channel = ScriptedChannel()
        let gate = Gate()
        channel.fates = [.hang(gate)]
        try await scene(channel: channel) { scene in
            let (approval, _) = try await scene.ask()
            try await eventually("it is on its way") { channel.attempts.count == 1 }
            _ = await scene.press(approval, .deny, by: "ann")
            gate.open()

            try await eventually("it is settled") {
                channel.seen.first?.hasPrefix("⛔ Denied by `ann`") == true
            }
        }
    }

    @Test func `what is decided before the question could be posted is not asked`() async throws {
        let channel = ScriptedChannel()
        channel.fates = [.fail(.retry("busy", after: .seconds(60)))]
        try await scene(channel: channel) { scene in
            let (approval, _) = try await scene.ask()
            try await eventually("it has to wait") { channel.attempts.count == 1 }
            _ = await scene.press(approval, .deny, by: "ann")

            try await eventually("nothing waits") {
                try await scene.test.house.stores.outbox.waitingCount() == 0
            }
            #expect(channel.seen == [])
        }
    }

    @Test func `a question that reaches nobody is not waited for`() async throws {
        let channel = ScriptedChannel()
        channel.refusals[""] = "blocked by the user"
        try await scene(channel: channel) { scene in
            let (approval, isHeard) = try await scene.ask()
            #expect(isHeard)
            #expect(await scene.desk.settle(approval) == .noRoute)
        }
    }

    @Test func `a question that somebody else hears of is waited for`() async throws {
        let channel = ScriptedChannel()
        channel.refusals[""] = "blocked by the user"
        try await scene(channel: channel) { scene in
            scene.desk.audiences.append(Listener())
            let (approval, _) = try await scene.ask()
            try await eventually("the chat is given up") { channel.attempts.count > 0 }
            try await eventually("nothing waits") {
                try await scene.test.house.stores.outbox.waitingCount() == 0
            }
            #expect(scene.desk.waiting.map(\.id) == [approval.id])
        }
    }

    @MainActor
    private final class Listener: ApprovalAudience {
        func requested(_ approval: Approval) async -> Bool { true }
        func resolved(_ approval: Approval, _ outcome: ApprovalOutcome) {}
    }

    @Test func `a question that the last process left loses its buttons`() async throws {
        let folder = TestHouse.makeFolder()
        let first = ScriptedChannel()
        try await scene(in: folder, channel: first) { scene in
            _ = try await scene.ask()
            try await eventually("it is put") {
                try await scene.test.house.stores.outbox.parts(ofRunsNamed: "approval-").first?.state == .sent
            }
        }

        let second = first.reborn()
        try await scene(in: folder, channel: second) { _ in
            try await eventually("it is settled") {
                second.seen == [ApprovalText.restarted + "\n```sh\ngit push\n```"]
            }
        }
    }

    @Test(arguments: [
        ("bob", "⛔ You may not decide"), ("ann", "⚠️ No command with this id"),
    ])
    func `strangers and old buttons are told so`(who: String, said: String) async throws {
        try await scene { scene in
            let answer = await scene.chats.decide(
                "12345678-9 deny", by: Sender(id: who), on: ChannelTestHouse.key)
            #expect(answer.isRefusal && answer.text.hasPrefix(said))
        }
    }

    @Test(
        arguments: [
            ([:], ["user:ann"]), (["enabled": false], []), (["target": "channel"], ["room"]),
            (["target": "both"], ["room", "user:ann"]),
            (["approvers": ["bob", 7, "*"]], ["user:bob", "user:7"]),
            (["agentFilter": ["other"]], []), (["agentFilter": ["Main"]], ["user:ann"]),
            (["sessionFilter": ["main:main"]], ["user:ann"]),
            (["sessionFilter": ["^agent:.*:main$"]], ["user:ann"]),
            (["sessionFilter": ["telegram"]], []), (["sessionFilter": ["("]], []),
        ] as [(JSON, [String])])
    func `the section says who is asked about what was begun there`(rules: JSON, chats: [String]) async throws
    {
        try await scene(rules: rules) { scene in
            let (_, isHeard) = try await scene.ask { $0.chat = Address(channel: "test", chat: "room") }
            #expect(isHeard == !chats.isEmpty)
            try await eventually("all are asked") { scene.channel.posted.count == chats.count }
            #expect(Set(scene.channel.posted.map(\.address.chat)) == Set(chats))
        }
    }

    @Test(
        arguments: [([:], false), (["enabled": "auto"], false), (["enabled": true], true)] as [(JSON, Bool)])
    func `about what was begun elsewhere only those are asked who want to be`(rules: JSON, isAsked: Bool)
        async throws
    {
        try await scene(rules: rules) { scene in
            let (_, isHeard) = try await scene.ask { $0.chat = nil }
            #expect(isHeard == isAsked)
            let (_, isHeardElsewhere) = try await scene.ask { $0.chat?.account = "second" }
            #expect(!isHeardElsewhere)
        }
    }

    @Test(
        arguments: [
            ([:], true, true), ([:], false, false), (["enabled": false], true, false),
            (["enabled": true], false, true), (["enabled": true, "agentFilter": ["other"]], false, false),
        ] as [(JSON, Bool, Bool)])
    func `only about what they are asked do people decide`(rules: JSON, isHere: Bool, mayDecide: Bool)
        async throws
    {
        try await scene(rules: rules) { scene in
            let (approval, _) = try await scene.ask { if !isHere { $0.chat = nil } }
            let list = await scene.chats.decide("", by: Sender(id: "ann"), on: ChannelTestHouse.key)
            #expect(list.text.contains("git push") == mayDecide)
            #expect(await scene.press(approval, .allowOnce, by: "ann").isRefusal == !mayDecide)
            #expect((scene.desk.outcome(of: approval.id) != nil) == mayDecide)
        }
    }

    @Test func `other chats are asked as well where the config forwards`() async throws {
        var forwarding = ApprovalForwarding()
        forwarding.isEnabled = true
        forwarding.mode = .both
        forwarding.targets = [
            .init(channel: "test", account: nil, to: "ops", thread: "7"),
            .init(channel: "elsewhere", account: nil, to: "nobody", thread: nil),
        ]
        try await scene(rules: ["enabled": false], forwarding: forwarding) { scene in
            _ = try await scene.ask()
            try await eventually("both are asked") { scene.channel.posted.count == 2 }
            #expect(
                Set(scene.channel.posted.map(\.address)) == [
                    Address(channel: "test", chat: "ann"), Address(channel: "test", chat: "ops", thread: "7"),
                ])
        }
    }

    @Test
    func `a command is decided about at the bot that it came through, whichever account that has by then`()
        async throws
    {
        try await scene { scene in
            let (renamed, isHeard) = try await scene.ask {
                $0.chat?.account = "old"
                $0.bot = "testbot"
            }
            #expect(isHeard)
            let (others, isHeardOfOthers) = try await scene.ask { $0.bot = "another" }
            #expect(!isHeardOfOthers)
            #expect(await scene.press(others, .allowOnce, by: "ann").isRefusal)
            #expect(await !scene.press(renamed, .allowOnce, by: "ann").isRefusal)
        }
    }

    // MARK: Words

    @Test(arguments: [
        ("a ``` b", "````sh\na ``` b\n````"), ("x\u{202E}y\u{200B}", "```sh\nx\\u{202E}y\\u{200B}\n```"),
        ("a\nb\tc", "```sh\na\nb\tc\n```"), ("bell\u{7}", "```sh\nbell\\u{7}\n```"),
    ])
    func `nothing in a command ends its block or hides`(command: String, block: String) {
        #expect(ApprovalText.block(ApprovalRequest(command: command)) == block)
    }

    @Test func `a command too long to be read can be denied only`() throws {
        let desk = ApprovalDesk()
        let long = try desk.open(ApprovalRequest(command: String(repeating: "x", count: 6_001)))
        let short = try desk.open(ApprovalRequest(command: String(repeating: "x", count: 6_000)))

        #expect(ApprovalText.buttons(long)[0].map(\.title) == ["Deny"])
        #expect(ApprovalText.buttons(short)[0].count == 3)
        #expect(ApprovalText.buttons(short).joined().allSatisfy { $0.command.utf8.count <= 64 })
    }

    @Test(
        arguments: [
            ("/approve a deny", "a deny"), ("/approve", ""), ("/approved x", nil), ("approve x", nil),
            ("/approve\nx", "x"),
        ] as [(String, String?)])
    func `a press is told from other words`(text: String, words: String?) {
        #expect(ApproveCommand.words(of: text) == words)
    }

    @Test func `a name is no formatting`() {
        #expect(ApprovalText.outcome(.decided(.deny, by: "**`a`\n@all")) == "⛔ Denied by `**a@all`")
    }
}
