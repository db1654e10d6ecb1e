import Core
import Testing

@testable import Store

struct ChannelMemoryStoreTests {
    private let channel: ChannelID = "test"

    private func run(_ body: (ChannelMemoryStore) async throws -> Void) async throws {
        let world = try TestStores()
        try await body(world.stores.channelMemory)
        await world.database.close()
    }

    private func bring(_ bot: String, to account: String, in store: ChannelMemoryStore) async throws {
        _ = try await store.bring(bot, to: account, channel: channel) { $0["bot"]?.stringValue }
    }

    private func fill(_ store: ChannelMemoryStore, _ account: String, _ bot: String, at: Int64) async throws {
        for (name, value) in [("place", ["bot": .string(bot)] as JSON), ("more", .string("of \(bot)"))] {
            try await store.set(
                name, value, channel: channel, account: account, at: Timestamp(milliseconds: at))
        }
    }

    private func expect(_ bot: String, on account: String, in store: ChannelMemoryStore) async throws {
        let place = try await store.value("place", channel: channel, account: account)
        #expect(place == ["bot": .string(bot)])
        let more = try await store.value("more", channel: channel, account: account)
        #expect(more == .string("of \(bot)"))
    }

    @Test(arguments: [true, false])
    func `two accounts that exchange their bots keep what each had, whichever comes first`(isFirst: Bool)
        async throws
    {
        try await run { store in
            try await fill(store, "one", "a", at: isFirst ? 1 : 2)
            try await fill(store, "two", "b", at: isFirst ? 2 : 1)
            try await bring("b", to: "one", in: store)
            try await expect("b", on: "one", in: store)
            // What the first writes meanwhile, also after a crash, takes nothing from the other.
            try await fill(store, "one", "b", at: 3)
            try await bring("b", to: "one", in: store)
            try await bring("a", to: "two", in: store)
            try await expect("b", on: "one", in: store)
            try await expect("a", on: "two", in: store)
        }
    }

    @Test func `a new bot in an old name takes nothing from the one that has another name now`() async throws
    {
        try await run { store in
            try await fill(store, "one", "a", at: 1)
            try await bring("b", to: "one", in: store)
            try await fill(store, "one", "b", at: 2)
            try await bring("a", to: "old", in: store)
            try await expect("b", on: "one", in: store)
            try await expect("a", on: "old", in: store)
        }
    }

    @Test func `what a bot has to post, was asked and whom it lets in goes with it`()
        async throws
    {
        let world = try TestStores()
        let (store, outbox, pairing) = (
            world.stores.channelMemory, world.stores.outbox, world.stores.pairing
        )
        let one = Address(channel: channel, account: "one", chat: "ann")
        func at(_ account: String) -> Address { Address(channel: channel, account: account, chat: "ann") }
        func part(_ number: Int) -> NewOutboxPart {
            NewOutboxPart(
                run: "r", part: number, address: one, content: OutgoingPart.Content(text: "\(number)"),
                bot: "a")
        }
        func question(_ id: MessageID, to bot: String) -> InboundMessage {
            var message = InboundMessage(id: id, address: one, session: "agent:main:main", text: "\(id)")
            message.bot = bot
            return message
        }
        try await bring("a", to: "one", in: store)
        try await pairing.allow("ann", channel: channel, account: "one")
        let id = try await outbox.add([part(0)])[0]
        _ = try await world.stores.inbox.record(question("m1", to: "a"))

        try await bring("b", to: "one", in: store)
        #expect(try await outbox.next(in: one) == nil)
        #expect(try await !outbox.sending(id, by: "one"))
        #expect(try await pairing.allowed(channel: channel, account: "one").isEmpty)
        #expect(try await pairing.allowed(anywhereOn: channel).isEmpty)
        // What is written to another bot under the same number is another message.
        guard case .new = try await world.stores.inbox.record(question("m1", to: "b")) else {
            Issue.record("it is a repeat")
            return
        }
        _ = try await outbox.add([part(1)])
        #expect(try await outbox.next(in: one) == nil)

        try await bring("a", to: "old", in: store)
        #expect(try await outbox.next(in: at("old"))?.id == id)
        #expect(try await outbox.conversations() == [at("old")])
        #expect(try await pairing.allowed(channel: channel, account: "old") == ["ann"])
        #expect(try await world.stores.inbox.entry(channel: channel, account: "old", id: "m1") != nil)
        guard case .repeated = try await world.stores.inbox.record(question("m1", to: "a")) else {
            Issue.record("it is no repeat")
            return
        }
        await world.database.close()
    }

    @Test func `bots that change places with the upgrade find whom they had let in before it`() async throws {
        let world = try TestStores()
        let (store, pairing) = (world.stores.channelMemory, world.stores.pairing)
        try await fill(store, "one", "a", at: 1)
        try await fill(store, "two", "b", at: 2)
        try await pairing.allow("ann", channel: channel, account: "one")
        try await pairing.allow("bob", channel: channel, account: "two")

        try await bring("b", to: "one", in: store)
        try await bring("a", to: "two", in: store)

        #expect(try await pairing.allowed(channel: channel, account: "one") == ["bob"])
        #expect(try await pairing.allowed(channel: channel, account: "two") == ["ann"])
        await world.database.close()
    }

    @Test func `what is from before a bot had another account for a while does not come back`() async throws {
        try await run { store in
            try await fill(store, "one", "a", at: 1)
            try await fill(store, "two", "a", at: 2)
            try await bring("a", to: "two", in: store)
            #expect(try await store.value("place", channel: channel, account: "one") != nil)
            try await store.set(
                "place", ["bot": "a", "is": "new"], channel: channel, account: "two",
                at: Timestamp(milliseconds: 3))
            try await bring("a", to: "one", in: store)
            let place = try await store.value("place", channel: channel, account: "one")
            #expect(place == ["bot": "a", "is": "new"])
        }
    }
}
