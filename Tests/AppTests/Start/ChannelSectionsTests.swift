import Agent
import Core
import Foundation
import Gateway
import TestSupport
import Testing
import Wire

@testable import App

@MainActor
struct ChannelSectionsTests {
    private func facts(_ sections: [String: JSON], _ variables: [String: String] = [:]) -> [ChannelFacts] {
        var config = Config()
        config.channels = sections
        return ChannelSections(config: config, environment: Environment(variables)).facts
    }

    @Test func `nothing is listed that nothing sets up`() {
        #expect(facts(["defaults": ["groupPolicy": "open"], "modelByChannel": [:]]).isEmpty)
    }

    @Test func `platforms come in the usual order, and what is unknown comes last`() {
        let found = facts([
            "discord": ["token": "t"], "zebra": [:], "telegram": ["botToken": "t"], "buzz": [:],
        ])

        #expect(found.map(\.label) == ["Telegram", "Discord", "buzz", "zebra"])
    }

    @Test func `a token of the environment sets a platform up without a section`() throws {
        let discord = try #require(facts([:], ["DISCORD_BOT_TOKEN": "t"]).first)

        #expect(discord.id.rawValue == "discord")
        #expect(discord.accounts.map(\.tokenSource) == ["env"])
        #expect(discord.accounts.first?.reason == nil)
    }

    @Test(
        arguments: [
            (["token": "t"], "config"), (["token": ""], "none"), (["enabled": true], "none"),
            (["token": ["source": "env", "id": "X"]], "config"),
        ] as [(JSON, String)])
    func `an account says where its secret is, or that it has none`(section: JSON, source: String) {
        #expect(facts(["discord": section]).first?.accounts.map(\.tokenSource) == [source])
    }

    @Test func `switched off, there is no reason to give`() {
        let account = facts(["telegram": ["enabled": false, "botToken": "t"]]).first?.accounts.first

        #expect(account?.isEnabled == false)
        #expect(account?.reason == nil)
    }

    @Test func `each account of a platform is one, and the platform's own token is one more`() {
        let accounts: JSON = ["work": ["token": "w", "name": "Work"], "home": ["enabled": false]]
        let both = facts(["discord": ["token": "t", "accounts": accounts]]).first
        let named = facts(["discord": ["accounts": accounts, "defaultAccount": "work"]]).first

        #expect(both?.accounts.map(\.id) == ["default", "home", "work"])
        #expect(both?.accounts.map(\.tokenSource) == ["config", "none", "config"])
        #expect(both?.accounts.map(\.isEnabled) == [true, false, true])
        #expect(both?.defaultAccount == "default")
        #expect(named?.accounts.map(\.id) == ["home", "work"])
        #expect(named?.accounts.last?.name == "Work")
        #expect(named?.defaultAccount == "work")
    }

    @Test func `a token file that comes later is read then, and is named before`() throws {
        let path = FileManager.default.temporaryDirectory.path + "/token-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        var config = Config()
        config.channels = ["telegram": ["tokenFile": .string(path)]]
        let account = try #require(
            ChannelSections(config: config, environment: Environment([:]))
                .accounts(web: WebClient(), log: Log("test", to: SilentSink()), assistantName: "Claw").first)
        let refusal = #expect(throws: ChannelError.self) { try account.make() }
        #expect(
            refusal?.reason
                == "`channels.telegram.tokenFile` is `\(path)`, and there is no such file: put it there, or name another"
        )

        try "7100000001:token\n".write(toFile: path, atomically: true, encoding: .utf8)
        _ = try account.make()
    }

    // MARK: Rules

    private func rules(_ channel: JSON, _ account: JSON) -> ChannelRules? {
        var config = Config()
        var section = channel.objectValue ?? [:]
        section["accounts"] = ["work": account]
        config.channels = ["discord": .object(section)]
        return ChannelSections(config: config, environment: Environment([:]))
            .rules(of: ChannelKey(channel: "discord", account: "work"))
    }

    @Test func `an account's word on who may write counts over its platform's, in either spelling`() {
        let open: JSON = ["dmPolicy": "open", "allowFrom": ["*"]]
        let old: JSON = ["dm": ["policy": "open", "allowFrom": ["*"]]]
        for channel in [open, old] {
            for account in [
                ["dm": ["policy": "allowlist", "allowFrom": ["ann"]]],
                ["dmPolicy": "allowlist", "allowFrom": ["ann"]],
            ] as [JSON] {
                let rules = rules(channel, account)
                #expect(rules?.directPolicy == .allowlist && rules?.allowFrom == ["ann"])
            }
        }
    }

    @Test func `what an account does not say of direct chats stays its platform's`() {
        #expect(rules(["dm": ["enabled": false]], ["dm": ["policy": "open"]])?.directPolicy == .disabled)
        #expect(rules(["dm": ["policy": "open"]], ["dm": ["enabled": false]])?.directPolicy == .disabled)
        #expect(rules(["dm": ["allowFrom": ["ann"]]], ["dm": ["policy": "allowlist"]])?.allowFrom == ["ann"])
        #expect(rules(["streaming": "partial"], ["streamMode": "off"])?.streaming == .off)
        #expect(rules(["streamMode": "partial"], ["streaming": ["mode": "off"]])?.streaming == .off)
    }

    @Test func `direct chats that are open to nobody are warned of`() {
        func warnings(_ section: JSON) -> [String] {
            var config = Config()
            config.channels = ["telegram": section]
            return ChannelSections(config: config, environment: Environment([:])).warnings
        }
        #expect(warnings(["botToken": "t", "dmPolicy": "open"]).first?.contains("channels.telegram") == true)
        #expect(warnings(["botToken": "t", "dmPolicy": "open", "allowFrom": ["*"]]).isEmpty)
        #expect(warnings(["botToken": "t", "dmPolicy": "open", "enabled": false]).isEmpty)
    }

    @Test func `of the models of chats those have an effect whose platform is built in`() {
        var config = Config()
        config.channels = ["modelByChannel": ["discord": ["1": "a/b"], "zebra": ["1": "a/b"]]]
        let listed = ConfigPath([.key("channels"), .key("modelByChannel")])
        let left = ChannelSections(config: config, environment: Environment([:])).withoutEffect([listed])
        #expect(left == [listed.appending("zebra")])
    }
}
