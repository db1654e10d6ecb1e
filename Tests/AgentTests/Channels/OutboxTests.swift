import Core
import Store
import Testing

@testable import Agent

@MainActor
struct OutboxTests {
    @Test func `a part that was surely not taken is sent again without doubt`() async throws {
        let channel = ScriptedChannel()
        channel.fates = [.fail(.retry("rate limited", after: .milliseconds(1)))]
        try await ChannelTestHouse.run(channel: channel) { test in
            try await test.writes("hello")
            try await eventually("the answer is posted") { channel.texts == ["Hello."] }
            #expect(channel.attempts.map(\.triedAt) == [nil, nil])
            #expect(channel.attempts[0].nonce == channel.attempts[1].nonce)
            #expect(test.state.repeatedCount == 0)
        }
    }

    @Test func `a part whose answer was lost is sent again with its mark, and counted`() async throws {
        let channel = ScriptedChannel()
        channel.fates = [.takeAndFail(.unknown("timed out"))]
        try await ChannelTestHouse.run(channel: channel) { test in
            try await test.writes("hello")
            try await eventually("the second attempt is made") { channel.attempts.count == 2 }
            #expect(channel.attempts[0].triedAt == nil && channel.attempts[1].triedAt != nil)
            #expect(channel.attempts[0].nonce == channel.attempts[1].nonce)
            #expect(test.state.repeatedCount == 1)
        }
    }

    @Test func `what waits for an account that is off is left out after a day, and not before`() async throws
    {
        try await ChannelTestHouse.run { test in
            let store = test.house.stores.outbox
            let gone = Address(channel: "test", account: "gone", chat: "ann")
            func part(_ run: RunID) -> NewOutboxPart {
                NewOutboxPart(
                    run: run, part: 0, address: gone, content: OutgoingPart.Content(text: "Hello."))
            }
            let now = Timestamp.now
            _ = try await store.add([part("first")], at: now - .seconds(25 * 3600))
            _ = try await store.add([part("second")], at: now - .seconds(24 * 3600 + 60))
            _ = try await store.add([part("third")], at: now - .seconds(3600))

            test.board.update([test.account(ChannelTestHouse.rules())])

            try await eventually("the old ones are given up") {
                try await store.parts(of: "second").first?.state == .failed
            }
            #expect(try await store.parts(of: "first").first?.state == .failed)
            #expect(try await store.parts(of: "third").first?.state == .waiting)
        }
    }

    @Test func `what was posted while the disk refused is written down later, and not posted again`()
        async throws
    {
        let channel = ScriptedChannel()
        let platform = Gate()
        channel.fates = [.hang(platform)]
        try await ChannelTestHouse.run(channel: channel) { test in
            let database = test.house.stores.outbox.database
            try await test.writes("one", id: "m1")
            try await eventually("it is being posted") { channel.attempts.count == 1 }
            _ = try await database.read { try $0.first("PRAGMA query_only = ON") { $0.int(0) } }
            platform.open()
            try await eventually("the write is refused") { database.isRefusing() }
            _ = try await database.read { try $0.first("PRAGMA query_only = OFF") { $0.int(0) } }

            try await eventually("nothing waits") { try await test.house.stores.outbox.waitingCount() == 0 }
            #expect(channel.attempts.count == 1 && test.state.sentCount == 1)
            try await test.writes("two", id: "m2")
            try await eventually("the next is posted") { channel.posted.count == 2 }
        }
    }

    @Test func `who waits for a part hears that it was given up, whatever the reason`() async throws {
        try await ChannelTestHouse.run { test in
            let store = test.house.stores.outbox
            var heard: [RunID] = []
            test.outbox.settled = { heard.append($0) }
            try await eventually("the channel runs") { test.channel.house != nil }
            let now = Timestamp.now
            func part(_ run: RunID, _ account: String, _ text: String) -> NewOutboxPart {
                NewOutboxPart(
                    run: run, part: 0, address: Address(channel: "test", account: account, chat: "ann"),
                    content: OutgoingPart.Content(text: text))
            }

            _ = try await store.add([part("old", "gone", "Hello.")], at: now - .seconds(25 * 3600))
            _ = try await store.add([part("empty", "default", "")], at: now)
            for account in ["gone", "default"] {
                test.outbox.wake(Address(channel: "test", account: account, chat: "ann"))
            }

            try await eventually("both are heard of") { Set(heard) == ["old", "empty"] }
        }
    }

    @Test func `a change that comes before the disk knows that its part was posted is made afterwards`()
        async throws
    {
        let channel = ScriptedChannel()
        let platform = Gate()
        channel.fates = [.hang(platform)]
        try await ChannelTestHouse.run(channel: channel) { test in
            let store = test.house.stores.outbox
            let part = NewOutboxPart(
                run: "r1", part: 0, address: Address(channel: "test", chat: "ann"),
                content: OutgoingPart.Content(text: "May I?"))
            try await eventually("the channel runs") { channel.house != nil }
            _ = try await store.add([part])
            test.outbox.wake(part.address)
            try await eventually("it is being posted") { channel.attempts.count == 1 }
            _ = try await store.database.read { try $0.first("PRAGMA query_only = ON") { $0.int(0) } }
            platform.open()
            try await eventually("the write is refused") { store.database.isRefusing() }
            _ = try await store.database.read { try $0.first("PRAGMA query_only = OFF") { $0.int(0) } }

            let posted = try #require(try await store.parts(of: "r1").first)
            try await test.outbox.change(posted, to: OutgoingPart.Content(text: "You may."))

            try await eventually("the change is seen") { channel.seen == ["You may."] }
        }
    }

    @Test func `where nothing is taken a part is given up with its reason, and the next one goes out`()
        async throws
    {
        let channel = ScriptedChannel()
        channel.fates = [.fail(.closed("the bot may not write there"))]
        try await ChannelTestHouse.run(channel: channel) { test in
            try await test.writes("one", id: "m1")
            try await test.writes("two", id: "m2")
            try await eventually("the second is posted") { channel.texts == ["Hello."] }
            #expect(test.state.lastError == "the bot may not write there")
            try await eventually("nothing waits") { try await test.house.stores.outbox.waitingCount() == 0 }
        }
    }

    @Test(arguments: [false, true])
    func `a refused part is told of in its chat, once a turn, and what tells of it may be refused`(
        noteToo: Bool
    ) async throws {
        let models = ScriptedModels([
            .call([.sample("look")], saying: "**One** is `here`"),
            .call([.sample("look", id: "c2")], saying: "two"), .say(["three"]),
        ])
        let channel = ScriptedChannel()
        channel.refusals = ["**One**": "Too long.", "two": "Too long."]
        if noteToo { channel.refusals["⚠️"] = "Too long." }
        try await ChannelTestHouse.run(
            models: models, tools: [ScriptedTool("look", .answer("yes"))], channel: channel
        ) { test in
            try await test.writes("count")
            try await eventually("nothing waits") {
                let waiting = try await test.house.stores.outbox.waitingCount()
                return channel.attempts.count == 4 && waiting == 0
            }

            let note = "⚠️ A part of this answer could not be delivered: “One is here”. Too long."
            #expect(Set(channel.attempts.map(\.content.text)) == ["**One** is `here`", "two", "three", note])
            #expect(channel.texts.contains(note) == !noteToo)
            #expect(test.state.lastError == "Too long.")
        }
    }

    @Test func `one conversation waits, the others do not`() async throws {
        let channel = ScriptedChannel()
        let gate = Gate()
        channel.fates = [.hang(gate)]
        let rules = ChannelTestHouse.rules { $0.allowFrom = ["*"] }
        try await ChannelTestHouse.run(channel: channel, rules: rules) { test in
            try await test.writes("one", by: "ann", id: "m1")
            try await eventually("ann's part is on its way") { channel.attempts.count == 1 }
            try await test.writes("two", by: "bob", id: "m2")
            try await eventually("bob is answered") { channel.posted.map(\.address.chat) == ["bob"] }
            gate.open()
            try await eventually("ann, too") { channel.posted.map(\.address.chat) == ["bob", "ann"] }
        }
    }

    @Test func `what fails each time while others arrive holds up its chat no longer than an hour`()
        async throws
    {
        let channel = ScriptedChannel()
        channel.failures = ["Odd": .unknown("HTTP 500")]
        let models = ScriptedModels([.say(["Odd."]), .say(["Next."])])
        let rules = ChannelTestHouse.rules { $0.allowFrom = ["*"] }
        try await ChannelTestHouse.run(models: models, channel: channel, rules: rules) { test in
            try await test.writes("one", by: "ann", id: "m1")
            try await eventually("it is tried") { channel.attempts.count == 1 }
            try await test.writes("two", by: "ann", id: "m2")
            let database = test.house.stores.outbox.database
            try await eventually("it waits for its next attempt, as if it had failed often") {
                try await database.write {
                    try $0.run("UPDATE outbox SET attempts = 20 WHERE attempts = 1 AND reason IS NOT NULL")
                } == 1
            }
            try await eventually("it waits for another one that knows so") {
                try await database.read {
                    try $0.first(
                        "SELECT 1 FROM outbox WHERE attempts = 21 AND next_attempt_at > ?", Timestamp.now
                    ) { _ in true }
                } == true
            }
            // Others arrive between the two.
            test.board.change(ChannelTestHouse.key) { $0.lastOutboundAt = .now + .milliseconds(1) }
            try await eventually("the chat goes on") { channel.texts.count == 2 }
            #expect(channel.texts[0] == "Next." && channel.texts[1].contains("HTTP 500"))
        }
    }

    @Test func `parts of one answer keep their order over failures`() async throws {
        let models = ScriptedModels([
            .call([.sample("look")], saying: "one"), .call([.sample("look", id: "c2")], saying: "two"),
            .say(["three"]),
        ])
        let channel = ScriptedChannel()
        channel.fates = [
            .fail(.retry("busy", after: .milliseconds(20))), .fail(.retry("busy", after: .milliseconds(20))),
        ]
        try await ChannelTestHouse.run(
            models: models, tools: [ScriptedTool("look", .answer("yes"))], channel: channel
        ) { test in
            try await test.writes("count")
            try await eventually("all are posted") { channel.texts == ["one", "two", "three"] }
        }
    }

    @Test func `what was not sent when the process died is sent by the next one`() async throws {
        let folder = TestHouse.makeFolder()
        let channel = ScriptedChannel()
        channel.fates = [.hang(Gate())]
        try await ChannelTestHouse.run(in: folder, channel: channel) { test in
            try await test.writes("hello")
            try await eventually("the part is on its way") { channel.attempts.count == 1 }
        }
        let after = ScriptedChannel()
        try await ChannelTestHouse.run(in: folder, channel: after) { test in
            try await eventually("it is posted") { after.texts == ["Hello."] }
            #expect(after.attempts[0].nonce == channel.attempts[0].nonce)
            #expect(after.attempts[0].triedAt != nil, "the platform may have it")
            #expect(test.house.models.requests.isEmpty)
        }
    }

    @Test func `between two attempts to connect nothing is given up for its age`() async throws {
        let channel = ScriptedChannel()
        channel.ends = [.lost("the network is gone")]
        try await ChannelTestHouse.run(channel: channel) { test in
            try await eventually("it is lost") {
                channel.runs == 1 && test.board.channel(ChannelTestHouse.key) == nil
            }
            let part = NewOutboxPart(
                run: "late", part: 0, address: Address(channel: "test", chat: "ann"),
                content: OutgoingPart.Content(text: "late"))
            _ = try await test.house.stores.outbox.add([part], at: .now + .seconds(-25 * 3600))
            test.outbox.wake(part.address)
            try await eventually("it is posted once the account is connected") { channel.texts == ["late"] }
        }
    }

    @Test func `an account that is not running is waited for`() async throws {
        let channel = ScriptedChannel()
        channel.fates = [.fail(.retry("no network", after: .milliseconds(1)))]
        try await ChannelTestHouse.run(channel: channel) { test in
            try await test.writes("hello")
            try await eventually("the answer is posted") { channel.texts == ["Hello."] }
            test.board.update([])
            let part = NewOutboxPart(
                run: "later", part: 0, address: Address(channel: "test", chat: "ann"),
                content: OutgoingPart.Content(text: "later"))
            _ = try await test.house.stores.outbox.add([part])
            test.outbox.wake(part.address)
            test.board.update([test.account(ChannelTestHouse.rules(), fingerprint: 2)])
            try await eventually("it is posted once the account is back") { channel.texts.last == "later" }
        }
    }
}
