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

    var house: ChannelHouse {
        ChannelHouse(
            inbox: Inbox(
                receive: { [self] message throws(InboxError) in
                    guard !isFull else { throw InboxError("The disk is full.") }
                    // As the house does: a repeated id is no new message.
                    if !received.contains(where: { $0.id == message.id }) { received.append(message) }
                },
                notice: { [self] in notices.append($0) }),
            memory: ChannelMemory(
                load: { [self] in memory[$0] },
                save: { [self] in
                    if !isFull { memory[$0] = $1 }
                    return !isFull
                }),
            report: { [self] in problems.append($0) })
    }

    func intake(_ section: JSON = [:], ours: [TelegramMessageID: TelegramPlace] = [:]) async -> TelegramIntake
    {
        let settings = TelegramSettings(section)
        let intake = TelegramIntake(
            mapping: sampleMapping(groups: section["groups"]?.objectValue), house: house, settings: settings,
            rules: sampleRules(section),
            api: TelegramAPI(web: WebClient(), settings: settings, token: Secret("1:x")),
            buttons: TelegramButtons(),
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
                "text": nil, "caption": caption.isEmpty ? nil : .string(caption),
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
            "", more: ["text": nil, "chat": ["id": -44, "type": "group"], "migrate_to_chat_id": -1004])
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
