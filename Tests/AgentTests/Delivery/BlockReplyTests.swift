import Core
import Store
import Testing

@testable import Agent

@MainActor
struct BlockReplyTests {
    private static let first = "The tide comes in at six and goes out at noon.\n\n"
    private static let second = "It does so on every day of the week.\n\nBring"
    private static let third = " boots."

    private func rules() -> ChannelRules {
        ChannelTestHouse.rules { rules in
            rules = ChannelRules(
                section: [
                    "allowFrom": ["ann"], "blockStreaming": true,
                    "blockStreamingCoalesce": ["minChars": 1, "maxChars": 60, "idleMs": 1],
                ], shared: [:], messages: [:],
                defaults: ChannelRules.Defaults(
                    historyLimit: 3, replyMode: .off, mostFileMegabytes: 1, streaming: .off))
        }
    }

    private func run(
        in folder: String? = nil, _ models: ScriptedModels, tools: [any Tool] = [],
        channel: ScriptedChannel? = nil,
        _ body: @MainActor (ChannelTestHouse) async throws -> Void
    ) async throws {
        try await ChannelTestHouse.run(
            in: folder, models: models, tools: tools, channel: channel, rules: rules()
        ) { test in
            test.replies.blockStreaming.chunk = DraftChunk(json: ["minChars": 10, "maxChars": 60])
            try await body(test)
        }
    }

    private static let seen = [
        "The tide comes in at six and goes out at noon.", "It does so on every day of the week.",
        "Bring boots.",
    ]

    private func nothingWaits(_ test: ChannelTestHouse) async throws {
        try await eventually("nothing waits") { try await test.house.stores.outbox.waitingCount() == 0 }
    }

    /// What was posted is on disk, too.
    private func twoAreKnown(_ test: ChannelTestHouse) async throws {
        try await eventually("two ids are on disk") {
            try await test.house.stores.database.read { connection in
                try connection.first("SELECT count(*) FROM outbox WHERE platform_id IS NOT NULL") {
                    $0.int(0)
                }
            } == 2
        }
    }

    @Test func `blocks are messages of their own, and the end brings what is left`() async throws {
        let gate = Gate()
        let models = ScriptedModels([.hang(gate, before: [Self.first, Self.second], after: [Self.third])])
        try await run(models) { test in
            try await test.writes("when?")
            try await twoAreKnown(test)
            #expect(test.channel.seen == Array(Self.seen.prefix(2)))
            gate.open()
            try await eventually("all is seen") { test.channel.seen == Self.seen }
            try await nothingWaits(test)
            #expect(test.channel.attempts.count == 3, "no block is touched again")
            try await eventually("each is counted") { test.state.sentCount == 3 }
        }
    }

    @Test func `each message of a turn comes in blocks, in order`() async throws {
        let gate = Gate()
        let models = ScriptedModels([
            .call([.sample("look")], saying: Self.first + "I will look."),
            .hang(gate, before: [Self.second], after: [Self.third]),
        ])
        try await run(models, tools: [ScriptedTool("look", .answer("yes"))]) { test in
            try await test.writes("when?")
            try await eventually("the block is seen") { test.channel.seen.last == Self.seen[1] }
            gate.open()
            try await eventually("all is seen") { test.channel.seen.last == Self.seen[2] }
            try await nothingWaits(test)
            #expect(
                test.channel.seen.joined(separator: "\n\n") == Self.seen[0] + "\n\nI will look.\n\n"
                    + Self.seen[1] + "\n\n" + Self.seen[2])
        }
    }

    @Test(arguments: [false, true])
    func `what a crash left is what the next attempt goes on from`(isAnswerLost: Bool) async throws {
        let folder = TestHouse.makeFolder()
        let channel = ScriptedChannel()
        if isAnswerLost { channel.fates = [.take, .takeAndFail(.unknown("the process ended"))] }
        let models = ScriptedModels([.hang(Gate(), before: [Self.first, Self.second])])
        try await run(in: folder, models, channel: channel) { test in
            try await test.writes("when?")
            try await eventually("two blocks are seen") { channel.seen.count == 2 }
        }
        let after = channel.reborn()
        let gate = Gate()
        let again = ScriptedModels([.hang(gate, before: [Self.first, Self.second], after: [Self.third])])
        try await run(in: folder, again, channel: after) { test in
            try await eventually("both were looked at again") { after.attempts.count == 2 }
            gate.open()
            try await eventually("all is seen") { after.seen == Self.seen }
            try await nothingWaits(test)
            #expect(after.posted.count == 3)
        }
    }

    @Test func `another answer takes the places of what a crash left`() async throws {
        let folder = TestHouse.makeFolder()
        let channel = ScriptedChannel()
        let models = ScriptedModels([.hang(Gate(), before: [Self.first, Self.second])])
        try await run(in: folder, models, channel: channel) { test in
            try await test.writes("when?")
            try await twoAreKnown(test)
        }
        let after = channel.reborn()
        try await run(in: folder, ScriptedModels([.say(["At six."])]), channel: after) { test in
            try await eventually("only the new answer is seen") { after.seen == ["At six."] }
            try await nothingWaits(test)
        }
    }

    @Test func `a block that has to wait comes later, one that is refused with the whole answer`()
        async throws
    {
        let gate = Gate()
        let channel = ScriptedChannel()
        channel.fates = [.fail(.retry("busy", after: .milliseconds(3))), .take, .fail(.refused("not now"))]
        let models = ScriptedModels([.hang(gate, before: [Self.first, Self.second], after: [Self.third])])
        try await run(models, channel: channel) { test in
            try await test.writes("when?")
            try await eventually("it was refused") { channel.attempts.count == 3 }
            gate.open()
            try await eventually("all is seen") { channel.seen == Self.seen }
            try await nothingWaits(test)
        }
    }

    @Test func `with message_end nothing comes before all is said`() async throws {
        let gate = Gate()
        let models = ScriptedModels([.hang(gate, before: [Self.first, Self.second], after: [Self.third])])
        try await run(models) { test in
            test.replies.blockStreaming.waitsForEnd = true
            try await test.writes("when?")
            await models.sawRequests(1)
            // Without it the first block would be out by then.
            try await Task.sleep(for: BlockReply.interval * 2)
            #expect(test.channel.attempts.isEmpty)
            gate.open()
            try await eventually("all is seen") { test.channel.seen.count == 1 }
        }
    }

    // MARK: Progress

    private func progressRules() -> ChannelRules { ChannelTestHouse.rules { $0.streaming = .progress } }

    @Test func `with progress the tools are seen until the answer takes their place`() async throws {
        let gate = Gate()
        let models = ScriptedModels([
            .call([.sample("look"), .sample("look", id: "c2")]), .hang(gate, after: ["At six."]),
        ])
        try await ChannelTestHouse.run(
            models: models, tools: [ScriptedTool("look", .answer("yes"))], rules: progressRules()
        ) { test in
            try await test.writes("when?")
            try await eventually("the status is seen") {
                test.channel.seen.first?.hasSuffix("…\n🛠️ `look`\n🛠️ `look`") == true
            }
            gate.open()
            try await eventually("the answer is seen") { test.channel.seen == ["At six."] }
            #expect(test.channel.posted.count == 1)
        }
    }

    @Test func `who stops a turn takes its progress away`() async throws {
        let models = ScriptedModels([
            .call([.sample("look"), .sample("look", id: "c2")]), .hang(Gate(), before: ["At"]),
        ])
        try await ChannelTestHouse.run(
            models: models, tools: [ScriptedTool("look", .answer("yes"))], rules: progressRules()
        ) { test in
            try await test.writes("when?", id: "m1")
            try await eventually("the status is seen") { test.channel.seen.count == 1 }
            try await test.writes("stop", id: "m2")
            try await eventually("only the word of it is left") { test.channel.seen == ["⏹️ Stopped."] }
            try await nothingWaits(test)
        }
    }

    @Test func `a quick tool shows nothing, and lines are short and few`() {
        var display = ProgressDisplay()
        (display.labels, display.maxLines, display.maxLineCharacters) = (["Busy"], 2, 10)
        var lines = ProgressLines(display)
        let before = lines.text()
        let changes = [lines.toolStarted("exec ls `x` and more")]
        let first = lines.text()
        let more = changes + [lines.toolStarted("b")]
        let second = lines.text()

        #expect(before == nil && more == [.begins, .goesOn])
        #expect(first == "Busy…\n🛠️ `exec ls 'x…`" && second == "🛠️ `exec ls 'x…`\n🛠️ `b`")
    }
}
