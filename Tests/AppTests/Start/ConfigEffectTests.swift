import Foundation
import Gateway
import Models
import TestSupport
import Testing

@testable import App
@testable import Core

/// The key table against what the code makes of the keys, in both directions.
@MainActor
struct ConfigEffectTests {
    /// Keys whose value is read where it is needed, and not handed to a room; each has a test of its own. A comment is for
    /// people.
    private nonisolated static let readInPlace: Set<String> = [
        "gateway.reload.mode", "gateway.reload.debounceMs", "meta.lastTouchedVersion",
        "meta.lastTouchedAt", "bindings[0].comment", "secrets.defaults.env", "secrets.defaults.file",
        "secrets.providers.sample.source", "secrets.providers.sample.path", "secrets.providers.sample.mode",
        "secrets.providers.sample.maxBytes", "secrets.providers.sample.allowlist",
    ]

    @Test(arguments: KeyWalk.withEffect.map(\.path).filter { !readInPlace.contains($0.description) })
    func `a key that is not listed as without effect changes something`(path: ConfigPath) throws {
        let key = try #require(KeyWalk.withEffect.first { $0.path == path })

        let changes = try Place.bases.contains { base in
            let before = try Place.shared.effect(of: base)
            return try KeyWalk.candidates(for: key.shape).contains { value in
                try Place.shared.effect(of: base, with: [(path, value)]) != before
            }
        }

        #expect(changes, "nothing reads `\(path)`: read it, or take its declaration away")
    }

    @Test func `the keys that are listed as without effect change nothing`() throws {
        let all = KeyWalk.withoutEffect.map { ($0.path, KeyWalk.sample(of: $0.shape)) }

        for base in Place.bases {
            let before = try Place.shared.effect(of: base)
            let listed = try Place.shared.setup(base, all).config.keysWithoutEffect
            #expect(Set(all.map(\.0)).subtracting(listed) == [])
            guard try Place.shared.effect(of: base, with: all) != before else { continue }
            for key in all where try Place.shared.effect(of: base, with: [key]) != before {
                Issue.record("something reads `\(key.0)`: declare it")
            }
        }
    }

    @Test func `the keys that are read in place are keys`() {
        let all = Set(KeyWalk.withEffect.map(\.path.description))

        #expect(Self.readInPlace.isSubset(of: all))
    }
}

/// A state directory, and what a config in it comes to.
@MainActor
private final class Place {
    /// One for all tests: each looks at it without waiting in between.
    static let shared = Place()

    private let folder: String
    private let catalog = ModelCatalog(settings: ModelSettings())
    private var known: [String: [String]] = [:]

    private init() {
        folder = NSTemporaryDirectory() + "config-effect-" + UUID().uuidString
        let agent = folder + "/agents/other/agent"
        let logins = """
            {"profiles": {"sample": {"type": "api_key", "provider": "openai", "key": "k1"},
             "second": {"type": "token", "provider": "openai", "token": "k2"}}}
            """
        do {
            try FileManager.default.createDirectory(atPath: agent, withIntermediateDirectories: true)
            try Data(logins.utf8).write(to: URL(fileURLWithPath: agent + "/auth-profiles.json"))
        } catch {
            Issue.record(error)
        }
    }

    /// With every list and map filled, so that a key inside has something to change.
    static let bases: [JSON] = ["local", "remote"].map { mode in
        [
            "gateway": ["mode": .string(mode), "remote": ["url": "ws://10.0.0.1:1"]],
            "agents": [
                "list": [["id": "sample"], ["id": "other", "default": true]],
                "defaults": ["models": ["openai/sample": [:]], "model": ["primary": "openai/sample"]],
            ],
            "auth": ["profiles": ["sample": ["provider": "openai", "mode": "api_key"]]],
            "bindings": [
                ["agentId": "sample", "match": ["channel": "discord", "peer": ["kind": "dm", "id": "1"]]]
            ],
            "approvals": ["exec": ["targets": [["channel": "discord", "to": "user:1"]]]],
            "tools": ["profile": "coding"], "secrets": ["providers": ["sample": ["source": "env"]]],
            "models": [
                "providers": [
                    "sample": [
                        "models": [["id": "one", "cost": [:]]],
                        "request": ["proxy": ["url": "http://10.0.0.1:3128"]],
                    ]
                ]
            ],
        ]
    }

    /// Everything that is made of the config, as text.
    func effect(of base: JSON, with values: [(ConfigPath, JSON)] = []) throws -> [String] {
        if values.isEmpty, let known = known[base.text] { return known }
        let setup = try setup(base, values)
        let rooms = RoomSettings(setup: setup, secret: .unset)
        let gateway = rooms.gateway(
            configHash: nil, databasePath: "", defaultModel: nil, catalog: catalog)
        let parts: [Any] = [
            rooms.agent, rooms.tools, rooms.models, gateway, Result { try setup.listenPlan() },
            Result { try setup.secret(isLoopback: true) }, setup.tailscalePlan,
            LogSetup.sinks(setup, LogMask()),
            LogSetup.mask(setup, []) as Any,
            Result { try GatewayClient.Target(setup.invocation) },
            ChannelRules(
                section: [:], shared: [:], messages: setup.config.raw["messages"] ?? [:],
                commands: setup.config.raw["commands"] ?? [:],
                defaults: ChannelRules.Defaults(
                    historyLimit: 1, replyMode: .off, mostFileMegabytes: 1, streaming: .off)),
        ]
        let effect = parts.map { ValueDescription.of($0) }
        if values.isEmpty { known[base.text] = effect }
        return effect
    }

    func setup(_ base: JSON, _ values: [(ConfigPath, JSON)]) throws -> LocalSetup {
        var document = base
        for (path, value) in values { document.set(value, at: path) }
        try Data(document.text.utf8).write(to: URL(fileURLWithPath: folder + "/openclaw.json"))
        let setup = LocalSetup(
            Invocation(environment: Environment(["OPENCLAW_STATE_DIR": folder, "HOME": folder])))
        let issues = setup.snapshot.file.issues + setup.snapshot.file.quarantined
        #expect(issues.map(\.description) == [], "a sample is not valid")
        return setup
    }
}

/// The keys of the config, with a path that fits `Place.bases`.
private enum KeyWalk {
    struct Key: Sendable {
        var path: ConfigPath
        var shape: Shape
    }

    static let withEffect = keys.filter(\.hasEffect).map(\.key)
    static let withoutEffect = keys.filter { !$0.hasEffect }.map(\.key)

    private static let keys = collect(Config.spec.shape, at: .root)

    /// Each value that is no object of further keys, and each topmost key without effect.
    private static func collect(_ shape: Shape, at path: ConfigPath) -> [(key: Key, hasEffect: Bool)] {
        // What is listed for channels is what their sections say of themselves.
        if path.description == "channels" { return [] }
        var found: [(key: Key, hasEffect: Bool)] = []
        for case .object(let object) in shape.alternatives where object.isDeclared || object.other != nil {
            let table = object.isDeclared ? KeyTable.shared.members(at: path) : []
            for member in object.members + table.filter({ object[$0.key] == nil }) {
                let inner = path.appending(member.key)
                if member.traits.hasEffect {
                    found += collect(member.shape, at: inner)
                } else {
                    found.append((Key(path: inner, shape: member.shape), false))
                }
            }
            if let other = object.other { found += collect(other, at: path.appending(name(in: path))) }
        }
        if !found.isEmpty { return found }
        for case .array(let item) in shape.alternatives {
            let inner = collect(item, at: path.appending(.index(0)))
            if inner.contains(where: { $0.key.path.steps.count > path.steps.count + 1 }) { return inner }
        }
        return [(Key(path: path, shape: shape), true)]
    }

    private static func name(in map: ConfigPath) -> String {
        map.description == "agents.defaults.models" ? "openai/sample" : "sample"
    }

    /// Values of which at least one is not the default.
    static func candidates(for shape: Shape) -> [JSON] {
        shape.alternatives.flatMap { alternative -> [JSON] in
            switch alternative {
            case .bool: [true, false]
            case .choice(let words): words.map { .string($0) }
            case .integer(let range): [JSON(max(range.lowerBound, min(range.upperBound, 777)))]
            case .number(let range): [JSON(max(range.lowerBound, min(range.upperBound, 77.5)))]
            case .string: ["openai/another", "ws://10.9.9.9:9", "elsewhere"]
            case .array(let item): candidates(for: item).map { [$0] }
            case .object(let object): [sample(of: object)]
            default: []
            }
        }
    }

    /// A value that says everything there is to say.
    static func sample(of shape: Shape) -> JSON {
        switch shape.alternatives.first ?? .any {
        case .bool: true
        case .null: .null
        case .only(let value): .bool(value)
        case .choice(let words): .string(words.last ?? "")
        case .integer(let range): JSON(max(range.lowerBound, min(range.upperBound, 777)))
        case .number(let range): JSON(max(range.lowerBound, min(range.upperBound, 77.5)))
        case .array(let item): [sample(of: item)]
        case .object(let object): sample(of: object)
        default: "anything"
        }
    }

    private static func sample(of object: ObjectShape) -> JSON {
        var members = JSONObject()
        for member in object.members { members[member.key] = sample(of: member.shape) }
        if let other = object.other { members["anything"] = sample(of: other) }
        return .object(members)
    }
}
