import Core
import Testing

/// Against what the original writes into its session store for the same messages.
struct SessionWhereaboutsTests {
    private func message(
        _ channel: ChannelID, _ kind: ChatKind, chat: String, thread: String? = nil, target: String? = nil,
        place: ChatPlace? = nil
    ) -> ChannelMessage {
        var message = ChannelMessage(
            id: "1", address: Address(channel: channel, account: "work", chat: chat, thread: thread),
            kind: kind,
            sender: Sender(id: "7", name: "Ann", username: "ann"), text: "hi")
        message.target = target
        message.place = place
        return message
    }

    private func place(_ title: String?, space: String? = nil, id: String? = nil) -> ChatPlace {
        var place = ChatPlace(title: title, space: space)
        place.spaceID = id
        return place
    }

    @Test func `a person on Telegram`() {
        let found = SessionWhereabouts(message("telegram", .direct, chat: "7"))

        #expect((found.from, found.to) == ("telegram:7", "telegram:7"))
        #expect(found.label == "Ann (@ann) id:7")
        #expect(found.group == nil && found.displayName == nil && found.account == "work")
    }

    @Test func `a person on Discord, whose chat has an id of its own`() {
        let found = SessionWhereabouts(message("discord", .direct, chat: "99", target: "user:7"))

        #expect((found.from, found.to) == ("discord:7", "user:7"))
        #expect(found.label == "ann user id:7" && found.username == "ann")
    }

    @Test func `a channel of a Discord server`() {
        let found = SessionWhereabouts(
            message(
                "discord", .channel, chat: "12", target: "channel:12",
                place: place("#General Talk", space: "Den", id: "500")))

        #expect((found.from, found.to) == ("discord:channel:12", "channel:12"))
        #expect(found.label == "Den #General Talk channel id:12")
        #expect(found.group?.id == "12" && found.group?.channel == "#general-talk")
        #expect(found.group?.space == "500" && found.group?.subject == nil)
        #expect(found.displayName == "discord:500#general-talk")
    }

    @Test func `a thread is called by its own name`() {
        let found = SessionWhereabouts(
            message(
                "discord", .channel, chat: "13", target: "channel:13",
                place: place("#general › Tea time", space: "Den", id: "500")))

        #expect(found.group?.channel == "#tea-time")
    }

    @Test func `a group on Telegram, and a topic of it`() {
        let group = SessionWhereabouts(message("telegram", .group, chat: "-100", place: place("My Family")))
        #expect((group.from, group.to) == ("telegram:group:-100", "telegram:-100"))
        #expect(group.label == "My Family id:-100")
        #expect(group.group?.subject == "My Family" && group.group?.channel == nil)
        #expect(group.displayName == "telegram:g-my-family")

        let topic = SessionWhereabouts(
            message("telegram", .group, chat: "-100", thread: "4", place: place("My Family")))
        #expect(topic.from == "telegram:group:-100:topic:4" && topic.to == "telegram:-100")
        #expect(topic.group?.id == "-100:topic:4" && topic.thread == "4")
        #expect(topic.label == "My Family id:-100 topic:4")
    }

    @Test(arguments: [
        (nil, "telegram:g-100"), ("Åsa & Örjan", "telegram:g-åsa-örjan"), ("@home", "telegram:@home"),
        ("---", "telegram"), ("g-force", "telegram:g-force"), ("a  b", "telegram:g-a-b"),
    ])
    func `what a group is called is one word`(title: String?, name: String) {
        let found = SessionWhereabouts(message("telegram", .group, chat: "-100", place: place(title)))

        #expect(found.displayName == name)
    }
}
