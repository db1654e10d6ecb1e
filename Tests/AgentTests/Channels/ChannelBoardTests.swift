import Core
import Store
import TestSupport
import Testing

@testable import Agent

@MainActor
struct ChannelBoardTests {
    private func run(
        clock: any Clock<Duration> = ContinuousClock(), _ body: @MainActor (ChannelBoard) async throws -> Void
    ) async throws {
        try await TestHouse.run { house in
            let board = ChannelBoard(stores: house.stores, log: Log("test", to: SilentSink()), clock: clock)
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask { await board.run() }
                try await body(board)
                group.cancelAll()
            }
        }
    }

    private func account(
        _ channel: ScriptedChannel, _ name: String = "default", fingerprint: JSON = .null
    ) -> ChannelAccount {
        ChannelAccount(
            channel: "test", account: name, label: "Test", rules: ChannelTestHouse.rules(),
            fingerprint: fingerprint
        ) { () throws(ChannelError) in channel }
    }

    @Test func `a lost channel is started again`() async throws {
        let clock = TestClock()
        try await run(clock: clock) { board in
            let channel = ScriptedChannel()
            channel.ends = [.lost("the network is gone"), .lost("still gone", retryAfter: .seconds(90))]
            board.update([account(channel)])
            try await eventually("it sleeps") { channel.runs == 1 && clock.sleeperCount == 1 }
            #expect(board.state(ChannelTestHouse.key)?.lastError == "the network is gone")
            clock.advance(by: .seconds(2))
            try await eventually("it sleeps again") { channel.runs == 2 && clock.sleeperCount == 1 }
            clock.advance(by: .seconds(89))
            #expect(channel.runs == 2, "the platform asked for 90 s")
            clock.advance(by: .seconds(1))
            try await eventually("it is connected") { board.state(ChannelTestHouse.key)?.isConnected == true }
            #expect(board.state(ChannelTestHouse.key)?.lastError == nil)
        }
    }

    @Test func `a refused channel stays down until its config changes`() async throws {
        try await run { board in
            let channel = ScriptedChannel()
            channel.ends = [.refused("the token is not valid")]
            board.update([account(channel)])
            try await eventually("it is down") {
                board.state(ChannelTestHouse.key)?.isRunning == false && channel.runs == 1
            }
            #expect(board.state(ChannelTestHouse.key)?.lastError == "the token is not valid")
            board.update([account(channel)])
            #expect(channel.runs == 1)
            board.update([account(channel, fingerprint: 1)])
            try await eventually("it is up") { board.state(ChannelTestHouse.key)?.isConnected == true }
        }
    }

    @Test func `a change of one account leaves the others alone`() async throws {
        try await run { board in
            let (one, other) = (ScriptedChannel(), ScriptedChannel())
            board.update([account(one, "one"), account(other, "other")])
            try await eventually("both run") { one.runs == 1 && other.runs == 1 }
            board.update([account(one, "one", fingerprint: 1), account(other, "other")])
            try await eventually("the changed one runs anew") { one.runs == 2 }
            #expect(other.runs == 1)
            board.update([account(other, "other")])
            #expect(board.keys.map(\.account) == ["other"])
        }
    }

    @Test func `what a channel keeps is there after a restart`() async throws {
        try await run { board in
            let channel = ScriptedChannel()
            board.update([account(channel)])
            try await eventually("it runs") { channel.house != nil }
            let memory = try #require(channel.house?.memory)
            await memory.save("offset", 17)
            #expect(await memory.load("offset") == 17)
            await memory.save("offset", nil)
            #expect(await memory.load("offset") == nil)
        }
    }

    @Test func `an account whose bot runs in another one now is not sent through`() async throws {
        try await run { board in
            let (old, new) = (ScriptedChannel(), ScriptedChannel())
            let oldKey = ChannelKey(channel: "test", account: "old")
            board.update([account(old, "old")])
            try await eventually("it runs") { old.house != nil }
            #expect(board.channel(oldKey) != nil)
            board.update([account(old, "old"), account(new, "new")])
            try await eventually("the other runs") { new.house != nil }
            #expect(board.channel(oldKey) == nil)
            let address = Address(channel: "test", account: "old", chat: "ann")
            #expect(board.address(address, of: "testbot").account == "new")
        }
    }

    @Test func `the last bot of an account can be sent through before its platform has said who it is`()
        async throws
    {
        try await run { board in
            let channel = ScriptedChannel()
            board.update([account(channel)])
            try await eventually("it runs") { channel.house != nil }
            let slow = SlowChannel(expecting: "testbot")
            board.update([account(slow, fingerprint: 1)])
            try await eventually("it expects its bot") { slow.isKnown == true }
            #expect(board.channel(ChannelTestHouse.key) === slow)
            let other = SlowChannel(expecting: "another")
            board.update([account(other, fingerprint: 2)])
            try await eventually("it expects its bot") { other.isKnown == false }
            #expect(board.channel(ChannelTestHouse.key) == nil)
        }
    }

    @Test func `what a renamed account keeps last goes with it, also when its old name has another bot now`()
        async throws
    {
        try await run { board in
            let renamed = ScriptedChannel()
            let bot = PartingChannel(says: "bot 1")
            board.update([account(bot, "old")])
            try await eventually("it runs") { bot.house != nil }
            board.update([
                account(renamed, "new"), account(ScriptedChannel(), "old", fingerprint: 1),
            ])
            try await eventually("it runs") { renamed.house != nil }
            let memory = try #require(renamed.house?.memory)
            #expect(await memory.takeOver("bot 1") { $0.stringValue })
            #expect(await memory.load("last") == "bot 1")
        }
    }
}

/// Knows from its token which bot it is, and never hears more of its platform.
private final class SlowChannel: ScriptedChannel {
    private let expected: String
    private(set) var isKnown: Bool?

    init(expecting bot: String) { expected = bot }

    override func run(in house: ChannelHouse) async throws(ChannelError) {
        isKnown = await house.memory.expect(expected)
        await Gate().wait()
    }
}

/// Keeps something when it is told to leave, and takes a moment for it.
private final class PartingChannel: ScriptedChannel {
    private let words: String

    init(says words: String) { self.words = words }

    override func run(in house: ChannelHouse) async throws(ChannelError) {
        try await super.run(in: house)
        for _ in 0..<100 { await Task.yield() }
        await house.memory.save("last", .string(words))
    }
}
