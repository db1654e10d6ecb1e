import Core
import Store
import Testing

@testable import Agent

@MainActor
@Suite(.timeLimit(.minutes(2)))
struct LiveReplyTests {
    private static let beginning = "The tide comes in at six and goes out at noon"
    private static let end = ", as it does on every day of the week."

    private func rules(_ change: (inout ChannelRules) -> Void = { _ in }) -> ChannelRules {
        ChannelTestHouse.rules {
            $0.streaming = .partial
            change(&$0)
        }
    }

    private func nothingWaits(_ test: ChannelTestHouse) async throws {
        try await eventually("nothing waits") { try await test.house.stores.outbox.waitingCount() == 0 }
    }

    @Test func `an answer is posted early, and the message becomes the whole answer`() async throws {
        let gate = Gate()
        let models = ScriptedModels([.hang(gate, before: [Self.beginning], after: [Self.end])])
        try await ChannelTestHouse.run(models: models, rules: rules()) { test in
            try await test.writes("when?")
            try await eventually("the beginning is seen") { test.channel.seen == [Self.beginning] }
            gate.open()
            try await eventually("the whole is seen") { test.channel.seen == [Self.beginning + Self.end] }
            try await nothingWaits(test)
            #expect(test.channel.posted.count == 1 && test.state.repeatedCount == 0)
        }
    }

    @Test func `nothing is seen early where streaming is off, or while there is little to say`() async throws
    {
        for (mode, words) in [(ChannelRules.StreamingMode.off, Self.beginning), (.partial, "The tide")] {
            let gate = Gate()
            let models = ScriptedModels([.hang(gate, before: [words], after: [Self.end])])
            try await ChannelTestHouse.run(models: models, rules: rules { $0.streaming = mode }) { test in
                try await test.writes("when?")
                await models.sawRequests(1)
                try await Task.sleep(for: .milliseconds(30))
                #expect(test.channel.attempts.isEmpty)
                gate.open()
                try await eventually("the whole is seen") { test.channel.seen == [words + Self.end] }
                #expect(test.channel.attempts.count == 1)
            }
        }
    }

    @Test func `what a crash left half written becomes the answer of the next attempt`() async throws {
        let folder = TestHouse.makeFolder()
        let channel = ScriptedChannel()
        let models = ScriptedModels([.hang(Gate(), before: [Self.beginning])])
        try await ChannelTestHouse.run(in: folder, models: models, channel: channel, rules: rules()) { test in
            try await test.writes("when?")
            try await eventually("its id is on disk") {
                try await test.house.stores.database.read { connection in
                    try connection.first("SELECT count(*) FROM outbox WHERE platform_id IS NOT NULL") {
                        $0.int(0)
                    }
                } == 1
            }
        }
        let after = channel.reborn()
        let again = ScriptedModels([.say(["At six."])])
        try await ChannelTestHouse.run(in: folder, models: again, channel: after, rules: rules()) { test in
            try await eventually("it says the new answer") { after.seen == ["At six."] }
            try await nothingWaits(test)
            #expect(after.posted.count == 1)
        }
    }

    @Test func `a message whose posting was cut off by a crash is not posted twice`() async throws {
        let folder = TestHouse.makeFolder()
        let channel = ScriptedChannel()
        channel.fates = [.takeAndFail(.unknown("the process ended"))]
        let models = ScriptedModels([.hang(Gate(), before: [Self.beginning])])
        try await ChannelTestHouse.run(in: folder, models: models, channel: channel, rules: rules()) { test in
            try await test.writes("when?")
            try await eventually("it is posted") { channel.seen == [Self.beginning] }
        }
        let after = channel.reborn()
        let gate = Gate()
        let again = ScriptedModels([.hang(gate, before: [Self.beginning], after: [Self.end])])
        try await ChannelTestHouse.run(in: folder, models: again, channel: after, rules: rules()) { test in
            await again.sawRequests(1)
            gate.open()
            try await eventually("it says the answer") { after.seen == [Self.beginning + Self.end] }
            try await nothingWaits(test)
            #expect(after.attempts.last?.nonce == channel.attempts[0].nonce)
            #expect(after.attempts.last?.triedAt != nil)
        }
    }

    @Test func `a message that somebody deletes meanwhile is posted anew, whole`() async throws {
        let (gate, more) = (Gate(), Gate())
        let models = ScriptedModels([.hang(gate, before: [Self.beginning], after: [Self.end])])
        try await ChannelTestHouse.run(models: models, rules: rules()) { test in
            try await test.writes("when?")
            try await eventually("the beginning is seen") { test.channel.seen == [Self.beginning] }
            test.channel.lose(0)
            gate.open()
            try await eventually("the whole is seen") { test.channel.seen == [Self.beginning + Self.end] }
            try await nothingWaits(test)
            #expect(test.channel.posted.count == 2)
            more.open()
        }
    }

    @Test func `a change that has to wait is made later`() async throws {
        let gate = Gate()
        let channel = ScriptedChannel()
        channel.fates = [
            .fail(.retry("busy", after: .milliseconds(3))), .take,
            .fail(.retry("busy", after: .milliseconds(3))),
        ]
        let models = ScriptedModels([.hang(gate, before: [Self.beginning], after: [Self.end])])
        try await ChannelTestHouse.run(models: models, channel: channel, rules: rules()) { test in
            try await test.writes("when?")
            try await eventually("the beginning is seen") { channel.seen == [Self.beginning] }
            gate.open()
            try await eventually("the whole is seen") { channel.seen == [Self.beginning + Self.end] }
            try await nothingWaits(test)
            #expect(channel.posted.count == 1)
        }
    }

    @Test func `an answer that comes to nothing takes away what was seen of it`() async throws {
        let gate = Gate()
        let models = ScriptedModels([
            .fail(.interrupted(partial: nil, message: "cut"), after: [Self.beginning], at: gate),
            .say(["NO_REPLY"]),
        ])
        try await ChannelTestHouse.run(models: models, rules: rules()) { test in
            try await test.writes("when?")
            try await eventually("the beginning is seen") { test.channel.posted.count == 1 }
            gate.open()
            try await eventually("it is gone") { test.channel.removed == ["posted-1"] }
            try await nothingWaits(test)
            #expect(test.channel.seen.isEmpty)
        }
    }

    @Test func `a word that may be the silent one, a directive and a missing prefix are never seen`()
        async throws
    {
        let gate = Gate()
        let text =
            "NO_REPLYING is what the tide does not do. [[reply_to_current]] It comes\nMEDIA:https://example.com/tide.png"
        let models = ScriptedModels([.hang(gate, before: text.map { String($0) })])
        try await ChannelTestHouse.run(models: models, rules: rules { $0.responsePrefix = "[{model}]" }) {
            test in
            try await test.writes("when?")
            try await eventually("it is seen") { test.channel.seen.first?.hasSuffix("It comes") == true }
            gate.open()
            try await nothingWaits(test)
            for part in test.channel.attempts {
                #expect(part.content.text.hasPrefix("[fake-1] NO_REPLYING"))
                #expect(!part.content.text.contains("[[") && !part.content.text.contains("MEDIA"))
            }
            #expect(test.channel.attempts.last?.content.files.count == 1)
        }
    }

    @Test func `of a long answer the first part is seen early, and the others follow it`() async throws {
        let gate = Gate()
        let channel = ScriptedChannel()
        channel.limits = MessageLimits(longest: 60, unit: .utf16)
        let models = ScriptedModels([
            .hang(gate, before: [Self.beginning], after: [Self.end, " " + Self.beginning])
        ])
        try await ChannelTestHouse.run(models: models, channel: channel, rules: rules()) { test in
            try await test.writes("when?")
            try await eventually("the beginning is seen") { channel.seen == [Self.beginning] }
            gate.open()
            try await eventually("all is seen") {
                channel.seen.count == 3
                    && channel.seen.joined(separator: " ") == Self.beginning + Self.end + " "
                        + Self.beginning
            }
            try await nothingWaits(test)
        }
    }

    @Test func `each message of a turn is seen early, in its order`() async throws {
        let gate = Gate()
        let models = ScriptedModels([
            .call([.sample("look")], saying: "I will look."),
            .hang(gate, before: [Self.beginning], after: [Self.end]),
        ])
        try await ChannelTestHouse.run(
            models: models, tools: [ScriptedTool("look", .answer("yes"))], rules: rules()
        ) { test in
            try await test.writes("when?")
            try await eventually("the beginning is seen") {
                test.channel.seen == ["I will look.", Self.beginning]
            }
            gate.open()
            try await eventually("all is seen") {
                test.channel.seen == ["I will look.", Self.beginning + Self.end]
            }
            try await nothingWaits(test)
        }
    }

    @Test func `who stops an answer keeps what was seen of it`() async throws {
        let models = ScriptedModels([.hang(Gate(), before: [Self.beginning])])
        try await ChannelTestHouse.run(models: models, rules: rules()) { test in
            try await test.writes("when?", id: "m1")
            try await eventually("the beginning is seen") { test.channel.seen == [Self.beginning] }
            try await test.writes("stop", id: "m2")
            try await eventually("it says so") { test.channel.seen.contains("⏹️ Stopped.") }
            try await nothingWaits(test)
            #expect(test.channel.seen.contains(Self.beginning) && test.channel.posted.count == 2)
        }
    }

    @Test(arguments: [false, true])
    func `where drafts can be shown nothing is posted early; where not, a message is`(refuses: Bool)
        async throws
    {
        let gate = Gate()
        let channel = DraftingChannel()
        channel.refusesDrafts = refuses
        let models = ScriptedModels([.hang(gate, before: [Self.beginning], after: [Self.end])])
        try await ChannelTestHouse.run(models: models, channel: channel, rules: rules()) { test in
            try await test.writes("when?")
            try await eventually("the beginning is seen") {
                (refuses ? channel.seen : channel.drafts) == [Self.beginning]
            }
            gate.open()
            try await eventually("the whole is seen") { channel.seen == [Self.beginning + Self.end] }
            try await nothingWaits(test)
            #expect(channel.posted.count == 1 && refuses == channel.drafts.isEmpty)
        }
    }
}
