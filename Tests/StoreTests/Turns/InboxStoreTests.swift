import Core
import Testing

@testable import Store

struct InboxStoreTests {
    @Test func `a message that comes again is a repeat and changes nothing`() async throws {
        let world = try TestStores()
        let inbox = world.stores.inbox
        guard case .new(let first) = try await inbox.record(.sample("1", "milk")) else {
            Issue.record("The first is not new.")
            return
        }
        guard case .repeated(let again) = try await inbox.record(.sample("1", "bread")) else {
            Issue.record("The second is not a repeat.")
            return
        }
        #expect(again.id == first.id && again.message?.text == "milk")
        #expect(again.fingerprint != InboundMessage.sample("1", "bread").fingerprint)
        #expect(again.fingerprint == InboundMessage.sample("1", "milk").fingerprint)
        #expect(try await inbox.unansweredCount() == 1)
        await world.database.close()
    }

    @Test func `the same id on another channel or account is another message`() async throws {
        let world = try TestStores()
        let inbox = world.stores.inbox
        var other = InboundMessage.sample("1", channel: "telegram")
        _ = try await inbox.record(.sample("1", channel: "discord"))
        _ = try await inbox.record(other)
        other.address.account = "second"
        _ = try await inbox.record(other)
        #expect(try await inbox.unansweredCount() == 3)
        await world.database.close()
    }

    @Test func `a message is kept whole until it is answered`() async throws {
        let world = try TestStores()
        let inbox = world.stores.inbox
        var message = InboundMessage.sample("1", "look", channel: "telegram")
        message.address.thread = "7"
        message.images = [ImageContent(mimeType: "image/png", base64: "aGk=")]
        message.options = TurnOptions(
            thinking: .high, timeout: .seconds(30), extraSystemPrompt: "Be brief.", delivers: true)
        let entry = try await inbox.record(message).entry
        let kept = try #require(try await inbox.unanswered().first?.message)
        #expect(kept.json == message.json)
        #expect(
            kept.address == message.address && kept.images == message.images
                && kept.options == message.options)
        #expect(kept.receivedAt == message.receivedAt && kept.session == message.session)

        try await inbox.finish(entry.id, state: .done, outcome: ["status": "ok"])
        #expect(try await inbox.message(entry.id) == nil)
        #expect(try await inbox.unanswered().isEmpty)
        let answered = try #require(try await inbox.entry(channel: "telegram", account: "default", id: "1"))
        #expect(answered.state == .done && answered.outcome == ["status": "ok"])
        await world.database.close()
    }

    @Test func `the first outcome stays`() async throws {
        let world = try TestStores()
        let inbox = world.stores.inbox
        let entry = try await inbox.record(.sample("1")).entry
        try await inbox.finish(entry.id, state: .failed, outcome: ["error": "first"])
        try await inbox.finish(entry.id, state: .done, outcome: ["status": "second"])
        let known = try #require(try await inbox.entry(run: "1"))
        #expect(known.state == .failed && known.outcome == ["error": "first"])
        await world.database.close()
    }

    @Test func `a client's message runs under its own id, others under a new one`() async throws {
        let world = try TestStores()
        let inbox = world.stores.inbox
        #expect(try await inbox.record(.sample("key-1")).entry.run == "key-1")
        #expect(try await inbox.record(.sample("17", channel: "telegram")).entry.run.rawValue.count == 36)
        #expect(try await inbox.record(.sample("18", channel: "telegram"), run: "r").entry.run == "r")
        #expect(try await inbox.entry(run: "key-1")?.messageID == "key-1")
        #expect(try await inbox.entry(run: "r")?.messageID == "18")
        #expect(try await inbox.entry(run: "18") == nil)
        await world.database.close()
    }

    @Test func `what waits comes oldest first`() async throws {
        let world = try TestStores()
        for id in ["c", "a", "b"] { _ = try await world.stores.inbox.record(.sample(id)) }
        #expect(try await world.stores.inbox.unanswered().map(\.messageID) == ["c", "a", "b"])
        let next = try await world.stores.inbox.unanswered(after: 1, limit: 1)
        #expect(next.map(\.messageID) == ["a"])
        await world.database.close()
    }

    @Test(arguments: [
        #"{}"#, #"{"id":"1"}"#, #"{"id":1,"channel":"x","session":"y"}"#, #"[]"#, #"null"#,
    ]) func `a broken message is no message`(text: String) throws {
        #expect(try InboundMessage(json: JSON.parse(text)) == nil)
    }
}
