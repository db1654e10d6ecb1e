import Core
import Testing

struct KeyTableTests {
    @Test(arguments: [
        "gateway.http.endpoints.chatCompletions.enabled", "channels.discord.guilds.G.channels.general.allow",
        "bindings[0].match.channel",
        "agents.list[0].heartbeat.every", "agents.defaults.heartbeat.activeHours.start",
        "tools.exec.security", "talk.voiceId", "hooks.token",
        "channels.whatsapp.accounts.main.dmPolicy", "plugins.entries.x.enabled", "session.reset.atHour",
        "gateway.tailscale.mode",
        "agents.defaults.sandbox.docker.image", "skills.entries.x.env.Y",
        "models.providers.x.models[0].compat.supportsStore",
        "channels.some-plugin.whatever",
    ])
    func `keys of both generations are known`(path: String) throws {
        #expect(KeyTable.shared.shape(at: try #require(ConfigPath(path))) != nil)
    }

    @Test(arguments: [
        "gateway.prot", "bogus", "channels.discord.bogus", "bindings.agentId", "gateway.port.x", "cron[0]",
    ])
    func `others are not`(path: String) throws {
        #expect(KeyTable.shared.shape(at: try #require(ConfigPath(path))) == nil)
    }

    @Test func `every entry is a shape in which every reference leads somewhere`() {
        for path in KeyTable.shared.paths {
            let shape = KeyTable.shared.entry(named: path)
            #expect(shape.map { isComplete($0, depth: 0) } == true, "\(path)")
        }
    }

    private func isComplete(_ shape: Shape, depth: Int) -> Bool {
        guard depth < 40 else { return false }
        switch shape {
        case .entry(let name):
            return KeyTable.shared.entry(named: name).map { isComplete($0, depth: depth + 1) } ?? false
        case .array(let item): return isComplete(item, depth: depth + 1)
        case .either(let shapes):
            return shapes.count > 1 && shapes.allSatisfy { isComplete($0, depth: depth + 1) }
        case .choice(let words):
            return !words.contains { $0.isEmpty || $0.contains("\n") || $0.contains("  ") }
        case .object(let object):
            let keysAreWords = object.members.allSatisfy {
                !$0.key.isEmpty && !$0.key.contains(" ") && !$0.key.contains("\n")
            }
            let others = object.other.map { isComplete($0, depth: depth + 1) } ?? true
            return keysAreWords && others
                && object.members.allSatisfy { isComplete($0.shape, depth: depth + 1) }
        default: return true
        }
    }

    @Test func `what the declared types accept is what the table says, or more`() {
        // A key that is declared twice with types that do not meet would refuse a good file.
        func declared(_ shape: Shape, at path: ConfigPath) {
            guard case .object(let object) = shape else { return }
            for member in object.members where member.traits.hasEffect && path != .root {
                let inner = path.appending(member.key)
                #expect(KeyTable.shared.shape(at: inner) != nil, "\(inner) is not a key of OpenClaw")
                declared(member.shape, at: inner)
            }
            if path == .root { object.members.forEach { declared($0.shape, at: path.appending($0.key)) } }
        }
        declared(Config.spec.shape, at: .root)
    }
}
