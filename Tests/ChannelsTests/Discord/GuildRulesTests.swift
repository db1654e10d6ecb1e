import Core
import Testing

@testable import Channels

struct GuildRulesTests {
    /// The block of the page, for the guild with id 500.
    static let page: JSON = [
        "enabled": true, "groupPolicy": "allowlist",
        "guilds": ["500": ["channels": ["general": ["allow": true]], "requireMention": false]],
    ]

    @Test func `the page's block answers everything in #general and nothing elsewhere`() {
        let rules = GuildRules(Self.page)

        let general = rules.rule(for: .general, parent: nil, in: home)
        let random = rules.rule(
            for: DiscordPlace(id: 601, kind: .text, name: "random"), parent: nil, in: home)
        let otherGuild = rules.rule(for: .general, parent: nil, in: DiscordGuild(id: 501, name: "Elsewhere"))

        #expect(general.isListed && general.isEnabled && !general.requiresMention && general.users == nil)
        #expect(!random.isListed && !random.isEnabled)
        #expect(!otherGuild.isListed && !otherGuild.isEnabled)
    }

    @Test(arguments: ["500", "our-home", "Our Home", "*"])
    func `a guild is found by id, by name and by the star`(key: String) {
        let rules = GuildRules(["guilds": [key: ["requireMention": false]]])

        #expect(rules.rule(for: .general, parent: nil, in: home).isListed)
    }

    @Test(arguments: ["600", "general", "#general", "General", "*"])
    func `a channel is found by id, by name and by the star`(key: String) {
        let rules = GuildRules(["guilds": ["500": ["channels": [key: ["requireMention": false]]]]])

        let rule = rules.rule(for: .general, parent: nil, in: home)

        #expect(rule.isListed && !rule.requiresMention)
    }

    @Test func `an id is preferred to a name, and a name to the star`() {
        let rules = GuildRules([
            "guilds": [
                "*": ["requireMention": false], "our-home": ["requireMention": false],
                "500": ["channels": ["*": ["allow": false], "general": ["systemPrompt": "by name"]]],
            ]
        ])

        #expect(rules.rule(for: .general, parent: nil, in: home).systemPrompt == "by name")
        #expect(
            !rules.rule(for: DiscordPlace(id: 601, kind: .text, name: "x"), parent: nil, in: home).isEnabled)
    }

    @Test func `a thread has its channel's rule unless it is listed by its own id`() {
        let inherited = GuildRules(Self.page).rule(for: .thread, parent: .general, in: home)
        let own = GuildRules([
            "guilds": ["500": ["channels": ["general": ["allow": true], "700": ["allow": false]]]]
        ]).rule(for: .thread, parent: .general, in: home)
        let sameName = GuildRules(["guilds": ["500": ["channels": ["tea": ["allow": true]]]]])
            .rule(for: .thread, parent: .general, in: home)

        #expect(inherited.isListed && !inherited.requiresMention)
        #expect(!own.isEnabled)
        #expect(!sameName.isListed)
    }

    @Test(arguments: [["allow": false], ["enabled": false]] as [JSON])
    func `a channel can be switched off`(entry: JSON) {
        let rules = GuildRules(["guilds": ["500": ["channels": ["general": entry]]]])

        #expect(!rules.rule(for: .general, parent: nil, in: home).isEnabled)
    }

    @Test func `without a list of channels all of a guild are listed, with mention asked for`() {
        let rule = GuildRules(["guilds": ["500": [:]]]).rule(for: .general, parent: nil, in: home)

        #expect(rule.isListed && rule.isEnabled && rule.requiresMention)
    }

    @Test func `without a list of guilds none is listed and none is off`() {
        let rule = GuildRules([:]).rule(for: .general, parent: nil, in: home)

        #expect(!rule.isListed && rule.isEnabled)
    }

    @Test func `people and roles are the channel's, or else the guild's`() {
        let rules = GuildRules([
            "guilds": [
                "500": [
                    "users": ["ann", 42], "roles": ["role:77"],
                    "channels": ["general": [:], "staff": ["users": ["bob"]]],
                ]
            ]
        ])

        let general = rules.rule(for: .general, parent: nil, in: home)
        let staff = rules.rule(for: DiscordPlace(id: 601, kind: .text, name: "staff"), parent: nil, in: home)

        #expect(general.users == ["ann", "42"] && general.roles == ["77"])
        #expect(staff.users == ["bob"])
    }

    @Test func `tools are the channel's where it has a word for the sender, or else the guild's`() {
        func tools(_ channel: JSON) -> JSON? {
            let guild: JSON = [
                "toolsBySender": ["id:7": ["allow": ["exec"]]], "channels": ["general": channel],
            ]
            return GuildRules(["guilds": ["500": guild]]).rule(for: .general, parent: nil, in: home)
                .tools(for: Sender(id: "7"), on: "discord")
        }

        #expect(tools(["tools": ["deny": ["*"]]]) == ["deny": ["*"]])
        #expect(tools(["toolsBySender": ["id:8": ["deny": ["*"]]]]) == ["allow": ["exec"]])
        #expect(tools(["toolsBySender": ["*": ["deny": ["*"]]]]) == ["deny": ["*"]])
    }

    @Test func `where only roles are named, nobody else may write`() {
        let rule = GuildRules(["guilds": ["500": ["roles": ["<@&77>"]]]]).rule(
            for: .general, parent: nil, in: home)

        #expect(rule.users == [] && rule.roles == ["77"])
    }

    @Test func `chats of several people are off unless they are switched on, and then all or those named`() {
        let off = GuildRules([:]).rule(forGroup: .group)
        let all = GuildRules(["dm": ["groupEnabled": true]]).rule(forGroup: .group)
        let named = GuildRules(["dm": ["groupEnabled": true, "groupChannels": ["friday-club"]]])
        let others = GuildRules(["dm": ["groupEnabled": true, "groupChannels": [901]]])

        #expect(!off.isEnabled)
        #expect(all.isEnabled && all.isListed)
        #expect(named.rule(forGroup: .group).isEnabled)
        #expect(!others.rule(forGroup: .group).isEnabled)
    }
}
