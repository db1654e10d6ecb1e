import Core
import Testing

@testable import Agent

struct AccessPolicyTests {
    private func rules(_ section: JSON) -> ChannelRules {
        ChannelRules(
            section: section, shared: [:], messages: [:],
            defaults: ChannelRules.Defaults(
                historyLimit: 3, replyMode: .off, mostFileMegabytes: 1, streaming: .off))
    }

    private func message(_ sender: String = "ann", _ place: PlaceRule? = nil) -> ChannelMessage {
        var message = ChannelMessage(
            id: "1", address: Address(channel: "test", chat: "c"), kind: place == nil ? .direct : .group,
            sender: Sender(id: sender), text: "hi")
        message.place = place.map { ChatPlace(title: "room", rule: $0) }
        return message
    }

    private func decide(
        _ section: JSON, _ message: ChannelMessage, paired: Set<String> = [], isNamed: Bool = false,
        hasPatterns: Bool = false, activation: Activation? = nil, isCommand: Bool = false
    ) -> String {
        let policy = AccessPolicy(rules: rules(section), paired: paired)
        let decision = policy.decision(
            for: message, isNamed: isNamed, hasPatterns: hasPatterns, activation: activation,
            isCommand: isCommand)
        return switch decision {
        case .admit(let standing): standing.isAuthorized ? "admit as owner" : "admit"
        case .pair: "pair"
        case .ignore(_, let isContext): isContext ? "context" : "ignore"
        }
    }

    private func place(_ change: (inout PlaceRule) -> Void = { _ in }) -> PlaceRule {
        var rule = PlaceRule()
        rule.isListed = true
        rule.requiresMention = false
        change(&rule)
        return rule
    }

    @Test func `direct messages are closed unless somebody is let in`() {
        #expect(decide([:], message()) == "pair")
        #expect(decide([:], message(), paired: ["ann"]) == "admit as owner")
        #expect(decide(["allowFrom": ["ann"]], message()) == "admit as owner")
        #expect(decide(["dmPolicy": "allowlist"], message(), paired: ["ann"]) == "ignore")
        #expect(decide(["dmPolicy": "allowlist", "allowFrom": ["ann"]], message()) == "admit as owner")
        #expect(decide(["dmPolicy": "open"], message()) == "ignore", "it needs a star")
        #expect(decide(["dmPolicy": "open", "allowFrom": ["*"]], message()) == "admit as owner")
        #expect(decide(["dmPolicy": "disabled", "allowFrom": ["*"]], message()) == "ignore")
    }

    @Test func `groups are closed unless the config names the place`() {
        #expect(decide([:], message("bob", place { $0.isListed = false })) == "ignore")
        #expect(decide([:], message("bob", place())) == "admit")
        #expect(decide(["groupPolicy": "open"], message("bob", place { $0.isListed = false })) == "admit")
        #expect(decide(["groupPolicy": "disabled"], message("bob", place())) == "ignore")
        #expect(decide(["groupPolicy": "open"], message("bob", place { $0.isEnabled = false })) == "ignore")
        #expect(decide([:], message("bob", place { $0.policy = .disabled })) == "ignore")
    }

    @Test func `a place's own list of people wins over the account's`() {
        let section: JSON = ["groupAllowFrom": ["ann"]]
        #expect(decide(section, message("bob", place())) == "ignore")
        #expect(decide(section, message("ann", place())) == "admit as owner")
        #expect(decide(section, message("bob", place { $0.users = ["bob"] })) == "admit as owner")
        #expect(decide(section, message("ann", place { $0.users = ["bob"] })) == "ignore")
        #expect(decide([:], message("bob", place { $0.users = [] })) == "ignore", "nobody is listed")
    }

    @Test func `a mention is asked for where the config says so`() {
        var asked = message("bob", place { $0.requiresMention = true })
        #expect(decide([:], asked) == "context")
        #expect(decide([:], asked, isNamed: true) == "admit")
        #expect(decide([:], asked, activation: .always) == "admit")
        #expect(decide([:], message("bob", place()), activation: .mention) == "context")
        asked.mention = .named
        #expect(decide([:], asked) == "admit")
        asked.mention = .reply
        #expect(decide([:], asked) == "admit")
        asked.mention = .unknown
        #expect(decide([:], asked) == "admit", "nobody could mention us")
        #expect(decide([:], asked, hasPatterns: true) == "context")
    }

    @Test func `an owner's command needs no mention, a stranger's does`() {
        let rule = place { $0.requiresMention = true }
        #expect(decide(["allowFrom": ["ann"]], message("ann", rule), isCommand: true) == "admit as owner")
        #expect(decide(["allowFrom": ["ann"]], message("bob", rule), isCommand: true) == "context")
    }

    @Test func `bots are not listened to unless the config says so`() {
        var bot = message("bot", place())
        bot.sender.isBot = true
        #expect(decide([:], bot) == "ignore")
        #expect(decide(["allowBots": true], bot) == "admit")
        #expect(decide(["allowBots": "mentions"], bot) == "context")
        bot.mention = .named
        #expect(decide(["allowBots": "mentions"], bot) == "admit")
    }
}
