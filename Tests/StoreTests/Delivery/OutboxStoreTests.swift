import Core
import Testing

@testable import Store

struct OutboxStoreTests {
    private func part(_ number: Int, nonce: String? = nil) -> NewOutboxPart {
        NewOutboxPart(
            run: "r", part: number,
            address: Address(channel: "discord", account: "work", chat: "7", thread: "9"),
            content: ["text": .string("part \(number)")], nonce: nonce)
    }

    private let now = Timestamp(milliseconds: 10_000)

    @Test func `parts are due in the order they were written`() async throws {
        let world = try TestStores()
        let outbox = world.stores.outbox
        let ids = try await outbox.add([part(0), part(1, nonce: "n"), part(2)], at: now)
        #expect(try await outbox.due(now: Timestamp(milliseconds: 9_999)).isEmpty)
        let due = try await outbox.due(now: now)
        #expect(due.map(\.id) == ids)
        #expect(due[1].nonce == "n" && due[0].nonce.count == 36 && due[0].nonce != due[2].nonce)
        #expect(due[0].address == part(0).address && due[0].content == ["text": "part 0"])
        #expect(try await outbox.due(now: now, limit: 2).count == 2)
        #expect(try await outbox.nextDue() == now)
        await world.database.close()
    }

    @Test func `a sent part is not sent again`() async throws {
        let world = try TestStores()
        let outbox = world.stores.outbox
        let id = try await outbox.add([part(0)], at: now)[0]
        try await outbox.sending(id)
        #expect(try await outbox.due(now: now).isEmpty)
        try await outbox.sent(id, platformID: "m1")
        try await outbox.retry(id, at: now, reason: "late")
        #expect(try await outbox.due(now: now).isEmpty)
        #expect(try await outbox.waitingCount() == 0)
        #expect(try await outbox.recover().isEmpty)
        await world.database.close()
    }

    @Test func `a part waits until its next attempt, and its reason is kept`() async throws {
        let world = try TestStores()
        let outbox = world.stores.outbox
        let id = try await outbox.add([part(0)], at: now)[0]
        try await outbox.sending(id)
        try await outbox.retry(id, at: Timestamp(milliseconds: 20_000), reason: "429")
        #expect(try await outbox.due(now: now).isEmpty)
        #expect(try await outbox.nextDue() == Timestamp(milliseconds: 20_000))
        let due = try #require(try await outbox.due(now: Timestamp(milliseconds: 20_000)).first)
        #expect(due.attempts == 1 && due.reason == "429" && due.state == .waiting)
        try await outbox.failed(id, reason: "blocked by the user")
        #expect(try await outbox.waitingCount() == 0)
        await world.database.close()
    }

    @Test func `after a crash the part that was being sent is unknown`() async throws {
        let world = try TestStores()
        let ids = try await world.stores.outbox.add([part(0), part(1)], at: now)
        try await world.stores.outbox.sending(ids[0])

        let after = try world.crashed().opened()
        let unknown = try await after.stores.outbox.recover()
        #expect(unknown.map(\.id) == [ids[0]] && unknown[0].state == .unknown && unknown[0].attempts == 1)
        #expect(try await after.stores.outbox.due(now: now).map(\.id) == [ids[1]])
        try await after.stores.outbox.retry(ids[0], at: now, reason: "not found on the platform")
        #expect(try await after.stores.outbox.due(now: now).map(\.id) == ids)
        await after.database.close()
        await world.database.close()
    }
}
