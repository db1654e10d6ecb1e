import Core
import Testing

@testable import Store

struct PairingStoreTests {
    @Test func `letting a sender in drops the request`() async throws {
        let world = try TestStores()
        let pairing = world.stores.pairing
        let request = PairingRequest(
            channel: "telegram", sender: "42", code: "ABCD", createdAt: Timestamp(milliseconds: 1),
            meta: ["name": "Ada"])
        try await pairing.save(request)
        try await pairing.save(PairingRequest(channel: "discord", sender: "7", code: "EFGH"))
        #expect(try await pairing.requests(channel: "telegram") == [request])
        #expect(try await pairing.requests().count == 2)
        try await pairing.allow("42", channel: "telegram")
        try await pairing.allow("42", channel: "telegram")
        #expect(try await pairing.requests(channel: "telegram").isEmpty)
        #expect(try await pairing.allowed(channel: "telegram") == ["42"])
        #expect(try await pairing.allowed(channel: "telegram", account: "work").isEmpty)
        #expect(try await pairing.disallow("42", channel: "telegram", account: nil))
        #expect(try await !pairing.disallow("42", channel: "telegram", account: nil))
        #expect(try await pairing.allowed(channel: "telegram").isEmpty)
        await world.database.close()
    }

    @Test func `an account forgets all its people, and a person is taken back on one account or on all`()
        async throws
    {
        let world = try TestStores()
        let pairing = world.stores.pairing
        for account in ["default", "work", "old"] {
            try await pairing.allow("42", channel: "telegram", account: account)
        }
        try await pairing.allow("43", channel: "telegram", account: "old")
        try await pairing.allow("42", channel: "discord")
        try await pairing.save(PairingRequest(channel: "telegram", account: "old", sender: "7", code: "A"))
        try await pairing.save(PairingRequest(channel: "telegram", sender: "8", code: "B"))
        func left(_ channel: ChannelID? = nil) async throws -> [String] {
            try await pairing.allowed(anywhereOn: channel).map { "\($0.channel)/\($0.account)/\($0.sender)" }
        }

        #expect(try await pairing.forget(channel: "telegram", account: "old") == 2)
        #expect(try await pairing.requests().map(\.sender) == ["8"])
        #expect(try await left("telegram") == ["telegram/default/42", "telegram/work/42"])
        #expect(try await !pairing.disallow("42", channel: "telegram", account: "old"))
        #expect(try await pairing.disallow("42", channel: "telegram", account: "work"))
        #expect(try await left() == ["telegram/default/42", "discord/default/42"])
        await world.database.close()
    }

    @Test func `a repeated request has the newest code and its first time`() async throws {
        let world = try TestStores()
        let pairing = world.stores.pairing
        try await pairing.save(
            PairingRequest(channel: "x", sender: "1", code: "OLD", createdAt: Timestamp(milliseconds: 1)))
        try await pairing.save(
            PairingRequest(channel: "x", sender: "1", code: "NEW", createdAt: Timestamp(milliseconds: 9)))
        let request = try #require(try await pairing.requests().first)
        #expect(request.code == "NEW" && request.createdAt == Timestamp(milliseconds: 1))
        #expect(request.lastSeenAt == Timestamp(milliseconds: 9))
        try await pairing.remove(request)
        #expect(try await pairing.requests().isEmpty)
        await world.database.close()
    }
}
