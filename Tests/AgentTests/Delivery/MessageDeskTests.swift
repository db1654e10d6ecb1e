import Core
import Foundation
import Store
import Testing

@testable import Agent

@Suite(.timeLimit(.minutes(1)))
@MainActor
struct MessageDeskTests {
    nonisolated static func order(
        _ action: String = "send", to target: String? = "bob", _ params: JSONObject = ["message": "hi"],
        key: String = "k1", agent: MessageOrder.Agent? = nil
    ) -> MessageOrder {
        var params = params
        params["to"] = target.map { .string($0) }
        return MessageOrder(action: action, params: params, key: key, agent: agent)
    }

    nonisolated static let chat = ToolContext.Chat(
        address: Address(channel: "test", chat: "ann"), message: "m1", title: "Ann's room")

    nonisolated static func agent(_ rules: MessageRules = MessageRules()) -> MessageOrder.Agent {
        MessageOrder.Agent(chat: chat, rules: rules)
    }

    nonisolated static func rules(within: Bool = true, across: Bool = false, actions: [String] = [])
        -> MessageRules
    {
        var rules = MessageRules()
        (rules.allowsWithinProvider, rules.allowsAcrossProviders, rules.actions) = (within, across, actions)
        return rules
    }

    /// A house whose channel runs.
    private static func run(
        models: ScriptedModels = ScriptedModels(), rules: ChannelRules? = nil,
        _ body: @MainActor (ChannelTestHouse, MessageDesk) async throws -> Void
    ) async throws {
        try await ChannelTestHouse.run(models: models, rules: rules) { test in
            let desk = MessageDesk(board: test.board, outbox: test.outbox, store: test.house.stores.outbox)
            try await eventually("the channel runs") { test.channel.house != nil }
            try await body(test, desk)
        }
    }

    private static func reason(_ order: MessageOrder, _ desk: MessageDesk) async -> String? {
        do throws(MessageRefusal) {
            _ = try await desk.carryOut(order)
            return nil
        } catch {
            return error.reason
        }
    }

    // MARK: Sending

    @Test func `a message goes through the outbox and comes back with its id`() async throws {
        try await Self.run { test, desk in
            let receipt = try await desk.carryOut(Self.order())

            #expect(test.channel.texts == ["hi"])
            #expect(receipt.json["result"]?["messageId"] == "posted-1")
            #expect(try await test.house.stores.outbox.waitingCount() == 0)
        }
    }

    @Test func `the same order sends once, at once and later and after a restart`() async throws {
        let folder = TestHouse.makeFolder()
        for _ in 1...2 {
            let channel = ScriptedChannel()
            try await ChannelTestHouse.run(in: folder, channel: channel) { test in
                let desk = MessageDesk(
                    board: test.board, outbox: test.outbox, store: test.house.stores.outbox)
                try await eventually("the channel runs") { channel.house != nil }
                async let one = desk.carryOut(Self.order())
                async let other = desk.carryOut(Self.order())
                let ids = [
                    try await one.json["result"]?["messageId"], try await other.json["result"]?["messageId"],
                ]
                #expect(ids == ["posted-1", "posted-1"])
                _ = try await desk.carryOut(Self.order())
            }
            #expect(channel.texts.count <= 1)
        }
    }

    @Test func `a poll that a client repeats after a restart is there once, and answered as before`()
        async throws
    {
        let folder = TestHouse.makeFolder()
        var answers: [JSON] = []
        for run in 1...2 {
            let channel = ScriptedChannel()
            try await ChannelTestHouse.run(in: folder, channel: channel) { test in
                let desk = MessageDesk(
                    board: test.board, outbox: test.outbox, store: test.house.stores.outbox)
                try await eventually("the channel runs") { channel.house != nil }
                answers.append(try await desk.carryOut(Self.order("poll")).json)
            }
            #expect(channel.performed.count == (run == 1 ? 1 : 0))
        }
        #expect(answers[0] == answers[1])
    }

    @Test func `what a restart cut off is not done again under the same key, and the client is told`()
        async throws
    {
        try await Self.run { test, desk in
            _ = try await ReceiptStore(test.house.stores.database).begin("k1")

            let reason = await Self.reason(Self.order("poll"), desk)

            #expect(reason?.contains("look whether it was done") == true && test.channel.performed.isEmpty)
            _ = try await desk.carryOut(Self.order("poll", key: "k2"))
            #expect(test.channel.performed.count == 1)
        }
    }

    @Test func `what was refused may be tried again under the same key`() async throws {
        try await Self.run { test, desk in
            let kept = ReceiptStore(test.house.stores.database)
            let reason = await Self.reason(Self.order("no-such-action"), desk)

            let standing = try await kept.begin("k1")

            #expect(reason != nil && standing == .new)
        }
    }

    @Test func `the newest thousand receipts are kept`() async throws {
        try await Self.run { test, _ in
            let kept = ReceiptStore(test.house.stores.database)
            for number in 0...1000 { _ = try await kept.begin("key-\(number)") }
            try await kept.finish("key-1000", ["ok": true])

            let newest = try await kept.begin("key-1000")
            let oldest = try await kept.begin("key-1")
            let gone = try await kept.begin("key-0")

            #expect(newest == .done(["ok": true]) && oldest == .begun && gone == .new)
        }
    }

    @Test func `what the platform refuses is told to who sends`() async throws {
        try await Self.run { test, desk in
            test.channel.fates = [.fail(.refused("the bot may not write there"))]

            #expect(await Self.reason(Self.order(), desk) == "the bot may not write there")
        }
    }

    @Test func `what has to wait for long is said to wait, and is sent all the same`() async throws {
        try await Self.run { test, desk in
            test.channel.fates = [.fail(.retry("rate limited", after: .seconds(3_600)))]

            let reason = await Self.reason(Self.order(), desk)

            #expect(
                reason?.contains("rate limited") == true && reason?.contains("do not send it anew") == true)
            let waiting = try await test.house.stores.outbox.waitingCount()
            #expect(waiting == 1)
        }
    }

    @Test func `files, buttons, what it answers and silence go with it`() async throws {
        try await Self.run { test, desk in
            _ = try await desk.carryOut(
                Self.order(
                    "send", to: "bob",
                    [
                        "mediaUrls": ["/etc/hosts", "https://a.example/b.png"], "replyTo": "m7",
                        "silent": true,
                        "buttons": [[["text": "Yes", "callback_data": "/yes"]]],
                    ]))

            let content = test.channel.posted[0].content
            #expect(content.files.map(\.source) == ["/etc/hosts", "https://a.example/b.png"])
            #expect(content.replyTo == "m7" && content.isSilent)
            #expect(content.buttons == [[ReplyButton(title: "Yes", command: "/yes")]])
        }
    }

    // MARK: Refusals

    @Test func `a file that is not there is the sender's to know, and nobody else's`() async throws {
        try await Self.run { test, desk in
            let reason = await Self.reason(Self.order("send", to: "bob", ["mediaUrl": "/no/such.png"]), desk)
            #expect(reason?.contains("`/no/such.png` was not sent") == true)
            #expect(test.channel.posted.isEmpty)
        }
    }

    @Test(arguments: [
        (MessageDeskTests.order("send", to: "nobody"), "There is no `nobody` here."),
        (MessageDeskTests.order("send", to: nil), "Say with `target` which chat on Test is meant."),
        (MessageDeskTests.order("send", to: "bob", [:]), "A message needs a `message` or a file."),
        (MessageDeskTests.order("dance"), "Test has no action `dance`. There are: edit, poll, send."),
    ])
    func `what cannot be done is refused with its reason`(order: MessageOrder, reason: String) async throws {
        try await Self.run { test, desk in
            #expect(await Self.reason(order, desk) == reason)
            #expect(test.channel.posted.isEmpty)
        }
    }

    @Test func `a platform or an account that is not there is named, with those that are`() async throws {
        try await Self.run { test, desk in
            var order = Self.order()
            order.channel = "pigeon"
            #expect(await Self.reason(order, desk) == "unsupported channel: pigeon. Set up and on: test.")
            order.channel = "test"
            order.account = "work"
            #expect(await Self.reason(order, desk) == "test has no account `work`. It has: default.")
        }
    }

    @Test func `an account that does not run is named with its last error`() async throws {
        let channel = ScriptedChannel()
        channel.ends = [.refused("the token is not valid")]
        try await ChannelTestHouse.run(channel: channel) { test in
            let desk = MessageDesk(board: test.board, outbox: test.outbox, store: test.house.stores.outbox)
            try await eventually("the channel has ended") { test.state.lastError != nil }

            let reason = await Self.reason(Self.order(), desk)

            #expect(
                reason
                    == "The account `default` of Test is not running: the token is not valid `openclaw channels status` "
                    + "shows how it is.")
        }
    }

    // MARK: Other chats

    @Test func `without a target an agent means the chat it answers, and the desk says what was told there`()
        async throws
    {
        try await Self.run { test, desk in
            let receipt = try await desk.carryOut(Self.order(to: nil, agent: Self.agent()))

            #expect(test.channel.posted[0].address.chat == "ann")
            #expect(test.channel.texts == ["hi"] && receipt.told == "hi")
        }
    }

    @Test func `another chat reads where a message comes from`() async throws {
        try await Self.run { test, desk in
            let receipt = try await desk.carryOut(Self.order(agent: Self.agent()))

            #expect(test.channel.texts == ["[from Ann's room] hi"] && receipt.told == nil)
        }
    }

    @Test(
        arguments: [
            (rules(within: false), "test", false), (rules(), "test", true), (rules(), "other", false),
            (rules(across: true), "other", true), (rules(within: false, across: true), "test", false),
            (rules(actions: ["react"]), "test", false), (rules(actions: ["react", "send"]), "test", true),
        ] as [(MessageRules, ChannelID, Bool)])
    func `the config says which other chats an agent may write to`(
        rules: MessageRules, from channel: ChannelID, isAllowed: Bool
    ) async throws {
        try await Self.run { test, desk in
            var agent = Self.agent(rules)
            agent.chat?.address.channel = channel
            var order = Self.order(agent: agent)
            order.channel = "test"

            let reason = await Self.reason(order, desk)

            #expect((reason == nil) == isAllowed)
            #expect(isAllowed || reason?.contains("`tools.message.") == true)
            #expect(test.channel.posted.count == (isAllowed ? 1 : 0))
        }
    }

    // MARK: Other actions

    @Test func `other actions are asked of the platform, once for each key`() async throws {
        try await Self.run { test, desk in
            for _ in 1...2 {
                let receipt = try await desk.carryOut(Self.order("edit", key: "same"))
                #expect(receipt.json["number"] == 1)
            }
            _ = try await desk.carryOut(Self.order("poll", to: nil, key: "other", agent: Self.agent()))
            #expect(test.channel.performed == ["edit at bob", "poll at ann"])
        }
    }

    // MARK: The tool

    private static func answer(_ last: String, telling arguments: JSON) async throws -> [String] {
        let models = ScriptedModels([
            .call([.sample("message", arguments)]), .say([last]),
        ])
        var texts: [String] = []
        try await run(models: models) { test, desk in
            test.house.switchboard.tools = ToolBox([
                MessageTool(desk: desk, staysInside: true, rules: { _ in MessageRules() })
            ])
            try await test.writes("hello")
            try await eventually("the turn is over") {
                try await test.house.stores.outbox.waitingCount() == 0 && models.requests.count == 2
                    && test.house.switchboard.activeRuns.isEmpty
            }
            texts = test.channel.posted.map { "\($0.address.chat): \($0.content.text)" }
        }
        return texts
    }

    @Test func `what the tool has told the chat is not told again as the answer`() async throws {
        let texts = try await Self.answer(
            "Here is the  report.", telling: ["action": "send", "message": "Here is the report."])

        #expect(texts == ["ann: Here is the report."])
    }

    @Test func `what is new in the answer is told`() async throws {
        let texts = try await Self.answer(
            "It is ready.", telling: ["action": "send", "message": "One moment."])

        #expect(texts == ["ann: One moment.", "ann: It is ready."])
    }

    @Test func `what went to another chat is no answer here`() async throws {
        let texts = try await Self.answer(
            "Dinner is ready.", telling: ["action": "send", "target": "bob", "message": "Dinner is ready."])

        #expect(texts == ["bob: [from test:ann] Dinner is ready.", "ann: Dinner is ready."])
    }

    @Test func `a file from outside the workspace stays there`() async throws {
        let workspace = NSTemporaryDirectory() + "message-desk-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: workspace, withIntermediateDirectories: true)
        try Data("png".utf8).write(to: URL(fileURLWithPath: workspace + "/a.png"))
        try await Self.run { test, desk in
            let tool = MessageTool(desk: desk, staysInside: true, rules: { _ in MessageRules() })
            var context = ToolContext(
                workspace: workspace, agent: .main, session: "agent:main:main", run: "r1")
            context.chat = Self.chat
            for path in ["/etc/passwd", "../secret", "\(workspace)/../x"] {
                let result = try await tool.call(["action": "send", "media": .string(path)], in: context)
                #expect(result.isError && result.content.text.contains("tools.fs.workspaceOnly"))
                for key in ["media", "mediaUrl", "mediaUrls", "path", "filePath"] {
                    let list = try await tool.call(
                        ["action": "send", .init(stringLiteral: key): ["a.png", .string(path)]], in: context)
                    #expect(list.isError && list.content.text.contains("tools.fs.workspaceOnly"))
                }
            }
            for media: JSON in ["a.png", ["a.png"]] {
                _ = try await tool.call(["action": "send", "media": media], in: context)
                context.call += "next"
            }
            let file = workspace + "/a.png"
            #expect(test.channel.posted.map { $0.content.files.map(\.source) } == [[file], [file]])
        }
    }
}
