import Core
import Testing

@testable import Agent

struct ChannelModelsTests {
    private static let models = {
        var models = ChannelModels()
        models.models["telegram"] = [
            "-7": ModelReference(provider: "a", model: "group"),
            "-7:topic:3": ModelReference(provider: "a", model: "topic"),
            "42": ModelReference(provider: "a", model: "person"),
        ]
        models.models["discord"] = [
            "general": ModelReference(provider: "a", model: "name"),
            "600": ModelReference(provider: "a", model: "parent"),
            "601": ModelReference(provider: "a", model: "thread"),
            "*": ModelReference(provider: "a", model: "rest"),
        ]
        return models
    }()

    private func model(
        _ channel: ChannelID, chat: String, thread: String? = nil, kind: ChatKind = .group,
        title: String? = nil, parent: String? = nil
    ) -> String? {
        var message = ChannelMessage(
            id: "m", address: Address(channel: channel, chat: chat, thread: thread), kind: kind,
            sender: Sender(id: "42"), text: "hi")
        if kind != .direct {
            message.place = ChatPlace(title: title)
            message.place?.parent = parent
            message.place?.parentTitle = parent == nil ? nil : "General"
        }
        return Self.models.model(for: message)?.model
    }

    @Test func `the narrowest entry counts`() {
        #expect(model("telegram", chat: "-7") == "group")
        #expect(model("telegram", chat: "-7", thread: "3") == "topic")
        #expect(model("telegram", chat: "-7", thread: "4") == "group")
        #expect(model("telegram", chat: "-8") == nil)
        #expect(model("discord", chat: "601", parent: "600") == "thread")
        #expect(model("discord", chat: "602", parent: "600") == "parent")
        #expect(model("discord", chat: "602", title: "#General › Tea", parent: "599") == "name")
        #expect(model("discord", chat: "603", title: "#General") == "name")
        #expect(model("discord", chat: "604") == "rest")
        #expect(model("elsewhere", chat: "604") == nil)
    }

    @Test func `a person is one of the chats, where they write directly`() {
        #expect(model("telegram", chat: "900", kind: .direct) == "person")
        #expect(model("telegram", chat: "-8", kind: .group) == nil)
    }
}
