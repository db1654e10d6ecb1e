import Core
import Testing

@testable import Agent

struct AgentRoutesTests {
    private typealias Route = AgentRoutes.Route

    private func route(_ agent: String, _ change: (inout Route) -> Void = { _ in }) -> Route {
        var route = Route(agent: AgentID(agent), channel: "discord")
        change(&route)
        return route
    }

    /// A message in channel 7 of server 1, by Ann, who has the role `staff`.
    private func place(
        account: String = "default", kind: ChatKind = .channel, chat: String = "7", thread: String? = nil,
        space: String? = "1", parent: String? = nil
    ) -> SessionPlace {
        var ann = Sender(id: "ann")
        ann.roles = ["staff"]
        var around = ChatPlace()
        (around.spaceID, around.parent) = (space, parent)
        return SessionPlace(
            kind: kind, address: Address(channel: "discord", account: account, chat: chat, thread: thread),
            sender: ann, in: around)
    }

    @Test func `the narrowest binding wins, whatever the order`() {
        let all = [
            route("anywhere") { $0.account = "*" }, route("account"), route("server") { $0.space = "1" },
            route("staff") {
                $0.space = "1"
                $0.roles = ["staff"]
            },
            route("chat") { $0.peer = .init(isDirect: false, id: "7") },
        ]
        for count in 1...all.count {
            #expect(AgentRoutes(Array(all.prefix(count))).agent(for: place()) == all[count - 1].agent)
        }
    }

    @Test func `of two that are equally narrow the first wins`() {
        #expect(AgentRoutes([route("first"), route("second")]).agent(for: place()) == "first")
    }

    @Test func `a binding without an account is one for the default account`() {
        let routes = AgentRoutes([route("main"), route("work") { $0.account = "work" }])
        #expect(routes.agent(for: place()) == "main")
        #expect(routes.agent(for: place(account: "work")) == "work")
        #expect(routes.agent(for: place(account: "other")) == nil)
    }

    @Test func `everything a binding names must hold`() {
        let bound = route("a") {
            $0.space = "1"
            $0.roles = ["boss"]
        }
        #expect(AgentRoutes([bound]).agent(for: place()) == nil)
        #expect(AgentRoutes([route("a") { $0.space = "2" }]).agent(for: place()) == nil)
        let elsewhere = route("a") {
            $0.peer = .init(isDirect: false, id: "7")
            $0.space = "2"
        }
        #expect(AgentRoutes([elsewhere]).agent(for: place()) == nil)
    }

    @Test func `a person is bound in direct chats only, a chat with its threads`() {
        let ann = AgentRoutes([route("a") { $0.peer = .init(isDirect: true, id: "ann") }])
        #expect(ann.agent(for: place(kind: .direct, chat: "dm-9", space: nil)) == "a")
        #expect(ann.agent(for: place()) == nil)
        let chat = AgentRoutes([route("a") { $0.peer = .init(isDirect: false, id: "7") }])
        #expect(chat.agent(for: place(thread: "3")) == "a")
        let topic = AgentRoutes([route("a") { $0.peer = .init(isDirect: false, id: "7:topic:3") }])
        #expect(topic.agent(for: place(thread: "3")) == "a")
        #expect(topic.agent(for: place(thread: "4")) == nil)
    }

    @Test func `a thread with an id of its own has its channel's agent, unless it is bound itself`() {
        let channel = route("channel") { $0.peer = .init(isDirect: false, id: "7") }
        let server = route("server") { $0.space = "1" }
        let thread = place(chat: "70", parent: "7")
        #expect(AgentRoutes([server, channel]).agent(for: thread) == "channel")
        #expect(AgentRoutes([server, channel]).agent(for: place(chat: "70", parent: "8")) == "server")
        let own = route("own") { $0.peer = .init(isDirect: false, id: "70") }
        #expect(AgentRoutes([channel, own]).agent(for: thread) == "own")
    }

    @Test func `a binding to an agent that is not there leaves the default agent`() {
        var settings = AgentSettings(agents: [
            AgentProfile(id: .main, workspace: "/w"), AgentProfile(id: "work", workspace: "/w2"),
        ])
        settings.routes = AgentRoutes([route("gone")])
        #expect(settings.session(of: place()) == "agent:main:discord:channel:7")
        settings.routes = AgentRoutes([route("work")])
        #expect(settings.session(of: place()) == "agent:work:discord:channel:7")
        #expect(settings.session(of: place(kind: .direct, space: nil)) == "agent:work:main")
    }

    @Test(arguments: [
        (DirectScope.main, "agent:main:main", "agent:main:main"),
        (.perPeer, "agent:main:dm:anna", "agent:main:dm:anna"),
        (.perChannelPeer, "agent:main:discord:dm:anna", "agent:main:telegram:dm:anna"),
    ])
    func `a person is the same on every platform where the config says so`(
        scope: DirectScope, onDiscord: SessionKey, onTelegram: SessionKey
    ) {
        var settings = AgentSettings(agents: [AgentProfile(id: "main", workspace: "/w")])
        settings.directScope = scope
        settings.identities = ["discord:ann": "anna", "77": "anna"]
        var elsewhere = place(kind: .direct, chat: "77", space: nil)
        elsewhere.address.channel = "telegram"
        elsewhere.sender = Sender(id: "77")

        #expect(settings.session(of: place(kind: .direct, chat: "5", space: nil)) == onDiscord)
        #expect(settings.session(of: elsewhere) == onTelegram)
    }
}
