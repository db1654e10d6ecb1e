import TestSupport
import Testing

@testable import Channels
@testable import Core

/// The keys that a platform says it reads against what it makes of a section, in both directions.
@MainActor
struct PlatformKeysTests {
    private static let platforms = [
        Platform(
            factory: DiscordChannel.factory,
            base: [
                "activity": "a", "activityType": 1, "dm": ["groupEnabled": true],
                "guilds": ["500": ["channels": ["general": [:]]]],
            ],
            names: ["guilds": "500", "channels": "general"]
        ) { section in
            let settings = DiscordSettings(section)
            var plain = settings
            plain.rules = GuildRules()
            let group = DiscordPlace(id: 900, kind: .groupDirect, name: "tea")
            let thread = DiscordPlace(id: 901, kind: .publicThread, name: "birds")
            return [
                plain, settings.rules.rule(for: .general, parent: nil, in: home),
                settings.rules.rule(forGroup: group), settings.rules.reactions(in: home),
                settings.rules.showsStarter(of: thread, parent: .general, in: home),
            ]
        },
        Platform(
            factory: TelegramChannel.factory, base: ["groups": ["-100": ["topics": ["7": [:]]]]],
            names: ["groups": "-100", "topics": "7"]
        ) { section in
            let settings = TelegramSettings(section)
            let rules = ChannelRules(
                section: section, shared: [:], messages: [:], defaults: TelegramChannel.factory.defaults)
            let places = TelegramPlaces(groups: settings.groups, rules: rules)
            var plain = settings
            plain.groups = nil
            return [
                plain, places.rule(chat: -100, topic: 7),
                places.rule(chat: -100, topic: nil),
            ]
        },
    ]

    /// Keys that are read where the account is set up, not by the platform; each has a test of its own.
    private static let readElsewhere: Set<String> = [
        "enabled", "name", "accounts", "defaultAccount", "token", "botToken", "tokenFile",
    ]

    private static let values: [JSON] = [
        true, false, "all", "off", "newline", "open", "disabled", "allowlist", "block", "ipv4first", "both",
        "elsewhere", 0, 7,
        [7],
        [1, 2], ["elsewhere"], ["elsewhere": "7"], ["elsewhere": false], ["minChars": 5],
        ["maxEventsPerWindow": 5],
        [["command": "elsewhere"]], "700",
    ]

    @Test(arguments: ["discord", "telegram"])
    func `what is said to be read is read`(platform: ChannelID) throws {
        let platform = try #require(Self.platforms.first { $0.factory.id == platform })
        let before = platform.effect(platform.base)

        for path in platform.factory.keys.paths.map({ $0.map(String.init) })
        where !Self.readElsewhere.contains(path[0]) {
            let isRead = Self.values.contains { value in
                platform.effect(platform.base, path, value) != before
            }
            #expect(isRead, "nothing reads \(path.joined(separator: "."))")
        }
    }

    @Test(arguments: ["discord", "telegram"])
    func `what is not said to be read changes nothing`(platform: ChannelID) throws {
        let platform = try #require(Self.platforms.first { $0.factory.id == platform })
        let before = platform.effect(platform.base)
        let shape = try #require(KeyTable.shared.entry(named: "channels.\(platform.factory.id)"))
        var unread: [[String]] = []
        Self.walk(shape, [], platform, &unread)

        #expect(unread.count > 20)
        for path in unread {
            for value in Self.values where platform.effect(platform.base, path, value) != before {
                Issue.record("something reads \(path.joined(separator: "."))")
                break
            }
        }
    }

    /// The topmost keys of the original that are not among the platform's.
    private static func walk(
        _ shape: Shape, _ path: [String], _ platform: Platform, _ found: inout [[String]]
    ) {
        for case .object(let object) in shape.alternatives {
            var members = object.members.map { ($0.key, $0.shape) }
            if let other = object.other { members.append(("*", other)) }
            for (key, shape) in members where path + [key] != ["accounts"] {
                let inner = path + [key]
                let fitting = platform.factory.keys.paths.filter {
                    $0.count >= inner.count || inner.starts(with: $0.map(String.init))
                }
                .filter { zip($0, inner).allSatisfy { $0 == $1 } }
                if fitting.isEmpty {
                    found.append(inner)
                } else if !fitting.contains(where: { $0.count <= inner.count }) {
                    walk(shape, inner, platform, &found)
                }
            }
        }
    }
}

/// A platform, a section in which each key has something to change, and what the platform makes of a section.
@MainActor
private struct Platform {
    let factory: ChannelFactory
    let base: JSON
    /// The name that stands for `*` in a map.
    let names: [String: String]
    let parts: @MainActor (JSON) -> [Any]

    func effect(_ section: JSON, _ path: [String] = [], _ value: JSON? = nil) -> String {
        var section = section
        if let value {
            let steps = path.indices.map { index -> ConfigPath.Step in
                .key(path[index] == "*" ? names[path[index - 1]] ?? "elsewhere" : path[index])
            }
            section.set(value, at: ConfigPath(steps))
        }
        let rules = ChannelRules(
            section: section, shared: [:], messages: [:], defaults: factory.defaults)
        return ([rules] + parts(section)).map { ValueDescription.of($0) }.joined(separator: "\n")
    }
}
