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

    @Test func `a message of a group leaves in the session's entry where it came from`() async throws {
        let world = try TestStores()
        var message = InboundMessage.sample("1", channel: "discord")
        message.whereabouts = .general
        _ = try await world.stores.inbox.record(message)

        let entry = try #require(try await world.stores.sessions.entry(message.session))
        #expect(entry.channel == "discord" && entry.chatType == "channel" && entry.subject == nil)
        #expect(entry.displayName == "discord:500#general")
        #expect(entry.extra["groupId"] == "12" && entry.extra["space"] == "500")
        #expect(entry.extra["groupChannel"] == "#general")
        #expect(
            entry.extra["origin"] == [
                "label": "Den #general channel id:12", "provider": "discord", "surface": "discord",
                "chatType": "channel", "from": "discord:channel:12", "to": "channel:12", "accountId": "work",
            ])
        #expect(
            entry.extra["deliveryContext"] == ["channel": "discord", "to": "channel:12", "accountId": "work"])
        #expect(entry.extra["lastChannel"] == "discord" && entry.extra["lastTo"] == "channel:12")
        #expect(entry.extra["lastAccountId"] == "work" && entry.extra["lastThreadId"] == nil)
        await world.database.close()
    }

    @Test func `what a person gave the session stays, and the last place counts`() async throws {
        let world = try TestStores()
        var message = InboundMessage.sample("1", channel: "discord")
        message.whereabouts = .general
        _ = try await world.stores.sessions.patch(message.session) { $0.label = "Mine" }
        _ = try await world.stores.inbox.record(message)
        message.id = "2"
        message.whereabouts = .topic
        _ = try await world.stores.inbox.record(message)
        let before = try #require(try await world.stores.sessions.entry(message.session))
        message.id = "3"
        _ = try await world.stores.inbox.record(message)

        let entry = try #require(try await world.stores.sessions.entry(message.session))
        #expect(entry == before)
        #expect(entry.label == "Mine" && entry.channel == "telegram" && entry.subject == "Family")
        #expect(entry.extra["groupChannel"] == nil && entry.extra["space"] == nil)
        #expect(entry.extra["lastThreadId"] == "4")
        #expect(entry.extra["deliveryContext"]?["threadId"] == "4")
        #expect(try await world.stores.sessions.list(SessionFilter(search: "family")).total == 1)
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
        let kept = try #require(try await inbox.unanswered().entries.first?.message)
        #expect(kept.json == message.json)
        #expect(
            kept.address == message.address && kept.images == message.images
                && kept.options == message.options)
        #expect(kept.receivedAt == message.receivedAt && kept.session == message.session)

        try await inbox.finish(entry.id, state: .done, outcome: ["status": "ok"])
        #expect(try await inbox.message(entry.id) == nil)
        #expect(try await inbox.unanswered().entries.isEmpty)
        let answered = try #require(try await inbox.entry(channel: "telegram", account: "default", id: "1"))
        #expect(answered.state == .done && answered.outcome == ["status": "ok"])
        await world.database.close()
    }

    @Test func `long messages are read in their turn`() async throws {
        let world = try TestStores()
        let inbox = world.stores.inbox
        var message = InboundMessage.sample("1", "look")
        message.images = [ImageContent(mimeType: "image/png", base64: String(repeating: "a", count: 100_000))]
        let entry = try await inbox.record(message).entry
        _ = try await inbox.record(.sample("2", "short"))
        #expect(try await inbox.unanswered().entries.map { $0.message?.text } == [nil, "short"])
        #expect(try await inbox.message(entry.id)?.images == message.images)
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

    @Test func `what is said of a message's end comes behind what its turn has said`()
        async throws
    {
        let world = try TestStores()
        guard case .new(let entry) = try await world.stores.inbox.record(.sample("1", channel: "telegram"))
        else {
            Issue.record("It is not new.")
            return
        }
        func part(_ text: String) -> NewOutboxPart {
            NewOutboxPart(
                run: entry.run, part: 0, address: Address(channel: "telegram", chat: "ann"),
                content: OutgoingPart.Content(text: text))
        }
        _ = try await world.stores.outbox.add([part("I look.")])
        try await world.stores.inbox.finish(
            entry.id, state: .failed, outcome: .null, outbox: [part("The agent is gone.")])

        let parts = try await world.stores.outbox.parts(of: entry.run)
        #expect(parts.map(\.content.text) == ["I look.", "The agent is gone."])
        #expect(try await world.stores.inbox.unansweredCount() == 0)
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
        #expect(try await world.stores.inbox.unanswered().entries.map(\.messageID) == ["c", "a", "b"])
        let next = try await world.stores.inbox.unanswered(after: 1, limit: 1).entries
        #expect(next.map(\.messageID) == ["a"])
        await world.database.close()
    }

    @Test(arguments: [
        #"{}"#, #"{"id":"1"}"#, #"{"id":1,"channel":"x","session":"y"}"#, #"[]"#, #"null"#,
    ]) func `a broken message is no message`(text: String) throws {
        #expect(try InboundMessage(json: JSON.parse(text)) == nil)
    }
}

extension SessionWhereabouts {
    /// `#general` of a Discord server.
    fileprivate static var general: SessionWhereabouts {
        sample("discord", .channel, "12", target: "channel:12") { message in
            message.place = ChatPlace(title: "#general", space: "Den")
            message.place?.spaceID = "500"
        }
    }

    /// A topic of a Telegram group.
    fileprivate static var topic: SessionWhereabouts {
        sample("telegram", .group, "-100", thread: "4") { $0.place = ChatPlace(title: "Family") }
    }

    private static func sample(
        _ channel: ChannelID, _ kind: ChatKind, _ chat: String, thread: String? = nil, target: String? = nil,
        _ change: (inout ChannelMessage) -> Void
    ) -> SessionWhereabouts {
        var message = ChannelMessage(
            id: "1", address: Address(channel: channel, account: "work", chat: chat, thread: thread),
            kind: kind,
            sender: Sender(id: "7", name: "Ann"), text: "hi")
        message.target = target
        change(&message)
        return SessionWhereabouts(message)
    }
}
