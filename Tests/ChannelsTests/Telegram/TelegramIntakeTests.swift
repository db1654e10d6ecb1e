import Core
import TestSupport
import Testing
import Wire

@testable import Channels

/// A house that remembers what it was told and can refuse to keep anything.
@MainActor
private final class TestHouse {
    var received: [ChannelMessage] = []
    var notices: [ChannelNotice] = []
    var problems: [ChannelReport] = []
    var memory: [String: JSON] = [:]
    var isFull = false
    /// Closed while the house is slow.
    var entry: Gate?
    /// Open when a message has come to it.
    let isAtDoor = Gate()

    var house: ChannelHouse {
        ChannelHouse(
            inbox: Inbox(
                receive: { [self] message throws(InboxError) in
                    guard !isFull else { throw InboxError("The disk is full.") }
                    isAtDoor.open()
                    await entry?.wait()
                    // As the house does: a repeated id is no new message.
                    if !received.contains(where: { $0.id == message.id }) { received.append(message) }
                },
                notice: { [self] in notices.append($0) }),
            memory: ChannelMemory(
                load: { [self] in memory[$0] },
                save: { [self] name, value, _ in
                    if !isFull { memory[name] = value }
                    return !isFull
                }),
            report: { [self] in problems.append($0) })
    }

    func intake(
        _ section: JSON = [:], ours: [TelegramMessageID: TelegramPlace] = [:], bot: TelegramBot = sampleBot
    ) async -> TelegramIntake {
        let settings = TelegramSettings(section)
        let people = TelegramPeople()
        await people.begin(house.memory)
        let intake = TelegramIntake(
            mapping: sampleMapping(groups: section["groups"]?.objectValue, bot: bot), house: house,
            settings: settings,
            rules: sampleRules(section),
            api: TelegramAPI(web: WebClient(), settings: settings, token: Secret("1:x")),
            buttons: TelegramButtons(), people: people,
            log: Log("telegram", to: SilentSink()), save: noSaving, ours: { ours[$0] })
        await intake.restore()
        return intake
    }
}

@MainActor
struct TelegramIntakeTests {
    private func update(_ id: Int, _ message: JSON) throws -> TelegramUpdate {
        try #require(TelegramUpdate(json: ["update_id": JSON(id), "message": message]))
    }

    private func picture(_ id: Int, album: String = "a", caption: String = "") -> JSON {
        groupMessage(
            "", id: id,
            more: [
                "text": .null, "caption": caption.isEmpty ? .null : .string(caption),
                "media_group_id": .string(album),
                "photo": [["file_id": .string("f\(id)"), "file_size": 10]],
            ])
    }

    private let long = String(repeating: "x", count: 4096)

    @Test func aPlainMessageGoesInAtOnce() async throws {
        let house = TestHouse()
        try await house.intake().take(update(1, groupMessage("hi")))
        #expect(house.received.map(\.text) == ["hi"])
        #expect(house.memory["pieces"] == nil)
    }

    @Test func anAlbumIsOneMessageAndOnDiskUntilThen() async throws {
        let house = TestHouse()
        let first = await house.intake()
        try await first.take(update(1, picture(10)))
        try await first.take(update(2, picture(11, caption: "look")))
        #expect(house.received.isEmpty)
        #expect(house.memory["pieces"]?["held"]?.arrayValue?.first?.arrayValue?.count == 2)

        // The process ends here; the next one has a third picture and then somebody goes on writing.
        let second = await house.intake()
        try await second.take(update(2, picture(11, caption: "look")))
        try await second.take(update(3, picture(12)))
        try await second.take(update(4, groupMessage("and?", id: 13)))

        #expect(house.received.map(\.text) == ["look", "and?"])
        #expect(house.received.first?.files.count == 3)
        #expect(house.received.first?.id == "-1004:10")
    }

    @Test func `pieces that another bot has left are not this one's`() async throws {
        let house = TestHouse()
        try await house.intake().take(update(1, picture(10)))
        let other = await house.intake(bot: TelegramBot(user: TelegramUser(id: 711)))
        try await other.take(update(2, groupMessage("and?", id: 11)))
        #expect(house.received.map(\.text) == ["and?"])
    }

    @Test func `what two channels say in one group are two messages`() async throws {
        let house = TestHouse()
        let intake = await house.intake()
        func said(_ text: String, id: Int, by channel: Int) -> JSON {
            groupMessage(
                text, id: id,
                more: [
                    "from": ["id": 136_817_688, "is_bot": true, "first_name": "Channel"],
                    "sender_chat": ["id": JSON(channel), "type": "channel", "title": "C"],
                ])
        }
        try await intake.take(update(1, said(long, id: 20, by: -1001)))
        try await intake.take(update(2, said("and me", id: 21, by: -1002)))
        #expect(house.received.map(\.sender.id) == ["-1002"])
        #expect(house.received.map(\.text) == ["and me"])
    }

    @Test func `who is answered is found by the name later`() async throws {
        let house = TestHouse()
        try await house.intake().take(update(1, groupMessage("hi")))
        let people = TelegramPeople()
        await people.begin(house.house.memory)
        #expect(people["ann"] == 5)
    }

    @Test func `who is named by the config is remembered whoever else writes`() async {
        let people = TelegramPeople(named: ["telegram:@Olga"])
        await people.begin(TestHouse().house.memory)
        await people.note("Olga", is: 5)
        for id in 1000..<1300 { await people.note("stranger\(id)", is: id) }
        #expect(people["olga"] == 5 && people["stranger1299"] == 1299 && people["stranger1000"] == nil)
    }

    @Test func `what was written later is no piece, also of what is being put together`() async throws {
        let house = TestHouse()
        let intake = await house.intake()
        try await intake.take(update(1, groupMessage(long, id: 20)))
        try await intake.take(update(2, groupMessage(long, id: 21, more: ["date": 1_700_000_003])))
        try await intake.take(update(3, groupMessage("stop", id: 22, more: ["date": 1_700_000_007])))
        #expect(house.received.map(\.text.count) == [8192, 4])
    }

    @Test func `an intake that is over keeps nothing in the place of the next one's`() async throws {
        let house = TestHouse()
        let first = await house.intake()
        try await first.take(update(1, picture(10)))
        let work = Task { await first.run() }
        work.cancel()
        await work.value
        let second = await house.intake()

        await #expect(throws: InboxError.self) { try await first.take(update(2, picture(20, album: "b"))) }
        try await second.take(update(2, picture(20, album: "b")))

        #expect(house.memory["pieces"]?["held"]?.arrayValue?.count == 1)
        #expect(house.received.map(\.id) == ["-1004:10"])
    }

    @Test func `an album that the house is taking is on disk, whatever others write meanwhile`() async throws
    {
        let house = TestHouse()
        let intake = await house.intake()
        try await intake.take(update(1, picture(10)))
        let entry = Gate()
        house.entry = entry
        async let more: Void = intake.take(update(2, groupMessage("and?", id: 11)))
        await house.isAtDoor.wait()

        let ben: JSON = ["id": 6, "first_name": "Ben"]
        try await intake.take(update(3, groupMessage(long, id: 12, more: ["from": ben])))
        try await intake.take(update(4, picture(13)))

        let held = house.memory["pieces"]?["held"]?.arrayValue ?? []
        let numbers = held.map { $0.arrayValue?.first?["message"]?["message_id"]?.intValue }
        #expect(numbers == [10, 12, 13])
        entry.open()
        try await more
        #expect(house.received.map(\.id) == ["-1004:10", "-1004:11"])
        #expect(house.memory["pieces"]?["held"]?.arrayValue?.count == 2)
    }

    @Test func piecesToldAgainAfterTheirMessageAreNoMessage() async throws {
        let house = TestHouse()
        let first = await house.intake()
        try await first.take(update(1, groupMessage(long, id: 20)))
        try await first.take(update(2, groupMessage("the end", id: 21)))
        #expect(house.received.map(\.text.count) == [4096 + 7])

        let second = await house.intake()
        try await second.take(update(2, groupMessage("the end", id: 21)))
        try await second.take(update(1, groupMessage(long, id: 20)))
        try await second.take(update(3, groupMessage("next", id: 22)))
        #expect(house.received.map(\.id) == ["-1004:20", "-1004:22"])
    }

    @Test func onlyNeighboursOfTheSamePersonAreJoined() async throws {
        let house = TestHouse()
        let intake = await house.intake()
        try await intake.take(update(1, groupMessage(long, id: 20)))
        try await intake.take(update(2, groupMessage("later", id: 25)))
        try await intake.take(update(3, groupMessage(long, id: 26)))
        try await intake.take(update(4, groupMessage("/stop", id: 27)))
        #expect(house.received.map(\.text.count) == [4096, 5, 4096, 5])
    }

    @Test func `what somebody goes on with comes after what they have said`() async throws {
        let house = TestHouse()
        let intake = await house.intake()
        try await intake.take(update(1, groupMessage(long, id: 20)))
        try await intake.take(update(2, picture(21)))
        try await intake.take(update(3, groupMessage("and?", id: 22)))
        #expect(house.received.map(\.id) == ["-1004:20", "-1004:21", "-1004:22"])
    }

    @Test func `what is passed on is no piece of what was written`() async throws {
        let house = TestHouse()
        let intake = await house.intake()
        try await intake.take(update(1, groupMessage(long, id: 20)))
        let origin: JSON = ["type": "hidden_user", "sender_user_name": "Eve"]
        try await intake.take(update(2, groupMessage("hers", id: 21, more: ["forward_origin": origin])))
        #expect(house.received.map(\.id) == ["-1004:20", "-1004:21"])
    }

    @Test func `votes in a group are told with the group's rules`() async throws {
        let house = TestHouse()
        let intake = await house.intake(["groups": ["-1004": [:]]])
        let group = Address(channel: "telegram", account: "default", chat: "-1004")
        intake.remember(poll: "p", at: group, question: "Tea?", options: ["yes", "no"])
        let answer: JSON = ["poll_id": "p", "user": ["id": 5, "first_name": "Ann"], "option_ids": [1]]
        try await intake.take(try #require(TelegramUpdate(json: ["update_id": 1, "poll_answer": answer])))
        let notice = try #require(house.notices.first)
        #expect(notice.place?.rule.isListed == true && notice.kind == .group)
    }

    @Test func whatTheHouseCannotKeepIsHeld() async throws {
        let house = TestHouse()
        let intake = await house.intake()
        try await intake.take(update(1, picture(10)))
        house.isFull = true
        await #expect(throws: InboxError.self) {
            try await intake.take(self.update(2, groupMessage("and?", id: 11)))
        }
        #expect(house.memory["pieces"]?["held"]?.arrayValue?.count == 1)
        house.isFull = false
        try await intake.take(update(2, groupMessage("and?", id: 11)))
        #expect(house.received.map(\.files.count) == [1, 0])
    }

    @Test func `pieces that cannot be written down come again`() async throws {
        let house = TestHouse()
        let intake = await house.intake()
        house.isFull = true
        await #expect(throws: InboxError.self) { try await intake.take(self.update(1, self.picture(10))) }
        house.isFull = false
        try await intake.take(update(1, picture(10)))
        house.isFull = true
        await #expect(throws: InboxError.self) { try await intake.take(self.update(2, self.picture(11))) }
        house.isFull = false
        try await intake.take(update(2, picture(11)))
        try await intake.take(update(3, groupMessage("and?", id: 12)))
        #expect(house.received.map(\.files.count) == [2, 0])
    }

    @Test(arguments: [("off", 0), ("own", 1), ("all", 2)])
    func reactionsAreToldAsTheConfigWants(mode: String, count: Int) async throws {
        let house = TestHouse()
        let intake = await house.intake(
            ["reactionNotifications": .string(mode)],
            ours: [TelegramMessageID(chat: -1004, number: 3): TelegramPlace(chat: -1004)])
        for number in [3, 4] {
            let change: JSON = [
                "chat": ["id": -1004, "type": "supergroup"], "message_id": JSON(number), "date": 1,
                "user": ["id": 5, "first_name": "Ann"], "old_reaction": [],
                "new_reaction": [["type": "emoji", "emoji": "👍"]],
            ]
            let update = try #require(
                TelegramUpdate(json: ["update_id": JSON(number), "message_reaction": change]))
            try await intake.take(update)
            try await intake.take(update)
        }
        #expect(house.notices.count == count)
        if let notice = house.notices.first {
            #expect(notice.text == "Ann reacted with 👍 to your message 3." && notice.sender?.id == "5")
        }
    }

    @Test(arguments: [("all", 7, "7"), ("all", 8, "1"), ("own", 7, "7")])
    func aReactionInAForumIsToldWhereTheMessageStands(mode: String, message: Int, topic: String) async throws
    {
        let house = TestHouse()
        let intake = await house.intake(
            ["reactionNotifications": .string(mode)],
            ours: [TelegramMessageID(chat: -1004, number: 7): TelegramPlace(chat: -1004, topic: 7)])
        let change: JSON = [
            "chat": ["id": -1004, "type": "supergroup", "is_forum": true], "message_id": JSON(message),
            "date": 1, "user": ["id": 5, "first_name": "Ann"], "old_reaction": [],
            "new_reaction": [["type": "emoji", "emoji": "👍"]],
        ]

        try await intake.take(
            try #require(TelegramUpdate(json: ["update_id": 1, "message_reaction": change])))

        #expect(house.notices.map(\.address.thread) == [topic])
    }

    @Test func aGroupThatMovesKeepsItsRulesAndItsOwnerHearsOfIt() async throws {
        let house = TestHouse()
        let intake = await house.intake(["groups": ["-44": ["requireMention": false]]])
        let moved = groupMessage(
            "", more: ["text": .null, "chat": ["id": -44, "type": "group"], "migrate_to_chat_id": -1004])
        try await intake.take(update(1, moved))
        try await intake.take(update(2, groupMessage("hello", id: 8)))
        #expect(house.received.first?.place?.rule.requiresMention == false)
        #expect(house.problems.count == 1)
        #expect(house.memory["moves"] == ["-44": -1004])
    }

    @Test func editsAreNotAskedFor() {
        #expect(!TelegramUpdate.kinds.contains { $0.hasPrefix("edited") })
    }
}
