import Core
import Testing

@testable import Store

struct OutboxStoreTests {
    private let chat = Address(channel: "discord", account: "work", chat: "7", thread: "9")
    private let now = Timestamp(milliseconds: 10_000)

    private func part(_ number: Int, run: RunID = "r", in chat: Address? = nil) -> NewOutboxPart {
        NewOutboxPart(
            run: run, part: number, address: chat ?? self.chat,
            content: OutgoingPart.Content(text: "part \(number)", replyTo: "1"))
    }

    @Test func `parts come in the order they were written, each conversation by itself`() async throws {
        let world = try TestStores()
        let outbox = world.stores.outbox
        let other = Address(channel: "discord", account: "work", chat: "7")
        let ids = try await outbox.add([part(0), part(1, in: other), part(2)], at: now)
        #expect(try await outbox.conversations() == [chat, other])
        let first = try #require(try await outbox.next(in: chat))
        #expect(first.id == ids[0] && first.content == part(0).content && first.nonce.count == 25)
        #expect(try await outbox.next(in: other)?.id == ids[1])
        #expect(try await outbox.sending(ids[0], by: "work", at: now))
        try await outbox.sent(ids[0], platformID: "m1")
        #expect(try await outbox.next(in: chat)?.id == ids[2])
        await world.database.close()
    }

    @Test func `a sent part is not sent again`() async throws {
        let world = try TestStores()
        let outbox = world.stores.outbox
        let id = try await outbox.add([part(0)], at: now)[0]
        #expect(try await outbox.sending(id, by: "work"))
        try await outbox.sent(id, platformID: "m1")
        try await outbox.retry(id, at: now, reason: "late", triedAt: nil)
        #expect(try await outbox.next(in: chat) == nil)
        #expect(try await outbox.waitingCount() == 0)
        #expect(try await outbox.recover() == 0)
        await world.database.close()
    }

    @Test func `a refused attempt leaves no doubt, an unanswered one does`() async throws {
        let world = try TestStores()
        let outbox = world.stores.outbox
        let id = try await outbox.add([part(0)], at: now)[0]
        #expect(try await outbox.sending(id, by: "work", at: now))
        try await outbox.retry(id, at: Timestamp(milliseconds: 20_000), reason: "429", triedAt: nil)
        var next = try #require(try await outbox.next(in: chat))
        #expect(next.attempts == 1 && next.reason == "429" && next.state == .waiting && next.triedAt == nil)
        #expect(next.nextAttemptAt == Timestamp(milliseconds: 20_000))
        #expect(try await outbox.sending(id, by: "work", at: Timestamp(milliseconds: 20_000)))
        try await outbox.retry(
            id, at: Timestamp(milliseconds: 30_000), reason: "timed out",
            triedAt: Timestamp(milliseconds: 20_000))
        next = try #require(try await outbox.next(in: chat))
        #expect(next.outgoing.triedAt == Timestamp(milliseconds: 20_000))
        try await outbox.failed(id, reason: "blocked by the user")
        #expect(try await outbox.waitingCount() == 0)
        await world.database.close()
    }

    @Test func `after a crash the part that was being sent is unknown, with its first attempt`() async throws
    {
        let world = try TestStores()
        let ids = try await world.stores.outbox.add([part(0), part(1)], at: now)
        #expect(try await world.stores.outbox.sending(ids[0], by: "work", at: now))

        let after = try world.crashed().opened()
        #expect(try await after.stores.outbox.recover() == 1)
        let unknown = try #require(try await after.stores.outbox.next(in: chat))
        #expect(
            unknown.id == ids[0] && unknown.state == .unknown && unknown.attempts == 1
                && unknown.triedAt == now)
        await after.database.close()
        await world.database.close()
    }

    @Test func `a draft waits for its run, and the answer takes its place`() async throws {
        let world = try TestStores()
        let outbox = world.stores.outbox
        let entry = try await world.stores.inbox.record(.sample("r", "milk"), run: "r").entry
        let draft = try #require(try await outbox.draft(part(0), at: now))
        #expect(try await outbox.next(in: chat) == nil)
        try await outbox.drafted(draft.id, platformID: "m1")

        let after = try world.crashed().opened()
        #expect(try await after.stores.outbox.recover() == 0)
        let ids = try await after.stores.outbox.add([part(0)], at: now)
        let final = try #require(try await after.stores.outbox.next(in: chat))
        #expect(ids == [draft.id] && final.platformID == "m1" && final.nonce == draft.nonce)
        #expect(entry.run == "r")
        await after.database.close()
        await world.database.close()
    }

    @Test func `a part knows what the first of its run became there`() async throws {
        let world = try TestStores()
        let outbox = world.stores.outbox
        let other = Address(channel: "discord", account: "work", chat: "8")
        let ids = try await outbox.add([part(0, in: other), part(1), part(2), part(3)], at: now)
        _ = try await outbox.add([part(0, run: "s")], at: now)
        for (id, message) in zip(ids, ["m0", nil, "m2"] as [MessageID?]) {
            try await outbox.sent(id, platformID: message)
        }
        let third = try #require(try await outbox.next(in: chat))
        #expect(third.id == ids[3] && third.outgoing.beginning == "m2")
        try await outbox.sent(ids[3], platformID: "m3")
        #expect(try await outbox.next(in: chat)?.beginning == nil, "another run")
        await world.database.close()
    }

    @Test func `the nonces of what answers a message are known, whoever posts it`() async throws {
        let world = try TestStores()
        let outbox = world.stores.outbox
        let twin = Address(channel: chat.channel, account: "twin", chat: chat.chat)
        var answers = [part(0), part(1), part(2, in: twin)]
        for index in [0, 2] { answers[index].content.answered = "5" }
        let ids = try await outbox.add(answers, at: now)
        let nonces = try await outbox.parts(of: answers[0].run).map(\.nonce)
        func found(_ asked: MessageID, chat place: String) async throws -> Set<String> {
            try await Set(outbox.nonces(answering: asked, on: chat.channel, chat: place))
        }
        #expect(try await found("5", chat: chat.chat) == [nonces[0], nonces[2]])
        try await outbox.sent(ids[0], platformID: "m1")
        #expect(try await found("5", chat: chat.chat).count == 2)
        #expect(try await found("6", chat: chat.chat).isEmpty)
        #expect(try await found("5", chat: "elsewhere").isEmpty)
        await world.database.close()
    }

    @Test func `a draft whose run is gone is given up`() async throws {
        let world = try TestStores()
        _ = try await world.stores.outbox.draft(part(0, run: "gone"), at: now)
        #expect(try await world.stores.outbox.recover() == 0)
        #expect(try await world.stores.outbox.waitingCount() == 0)
        await world.database.close()
    }
}
