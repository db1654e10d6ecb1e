import Core
import Foundation
import Store
import Testing

@testable import Agent

@MainActor
@Suite(.timeLimit(.minutes(1)))
struct SlashCommandsTests {
    @Test(arguments: [
        ("/help", "help", ""), ("  /STATUS ", "status", ""), ("/think high", "think", "high"),
        ("/t: low", "think", "low"),
        ("/model fake/fake-2", "model", "fake/fake-2"), ("/new\nhello", "new", "hello"),
        ("/id", "whoami", ""),
    ])
    func `a command is known by name or alias`(text: String, name: String, arguments: String) {
        let match = SlashCommands.standard.match(text)

        #expect(match?.command.name == name)
        #expect(match?.arguments == arguments)
    }

    @Test(arguments: ["/bogus", "help", "hello /status", "", "/", "//help", "/helpme"])
    func `anything else is for the model`(text: String) {
        #expect(SlashCommands.standard.match(text) == nil)
    }

    @Test(arguments: [
        ("/help", "/commands"), ("/commands", "/whoami (/id)"), ("/status", "fake/fake-1"),
        ("/whoami", "webchat"),
        ("/model", "Current: fake/fake-1"), ("/models", "- fake (2)"), ("/models fake", "- fake/fake-2"),
        ("/model nope/nope", "Unknown provider"), ("/think", "Current thinking level: off"),
        ("/think high", "does not think"),
        ("/think bogus", "no thinking level"), ("/usage", "Today"), ("/context", "System prompt"),
        ("/new", "✅ New session started."), ("/reset", "✅ Session reset."),
        ("/verbose", "Current verbose level: off"), ("/verbose on", "enabled"), ("/v off", "disabled"),
        ("/verbose loud", "no verbose level"), ("/reasoning", "Current reasoning level: off"),
        ("/reasoning stream", "set to stream"), ("/queue", "mode=followup"), ("/queue steer", "mode=steer"),
        ("/name", "no name yet"), ("/name Plans", "now called \"Plans\""), ("/tools", "no tools"),
        ("/export-session", "nothing to export"), ("/export-session ../x", "nothing to export"),
        ("/restart", "`commands.restart`"), ("/usage full", "not here yet"), ("/usage cost", "Today"),
        ("/compact", "nothing to compact"), ("/elevated on", "not here yet"),
        ("/pairing", "No chat platform"), ("/tell", "Usage: /steer"),
        ("/skill weather", "not here yet"), ("/activation always", "only applies to group chats"),
    ])
    func `a command is answered without a model`(command: String, answer: String) async throws {
        try await TestHouse.run { house in
            let outcome = try await house.ask(command, id: "r1")

            #expect(outcome.status == .ok)
            #expect(outcome.text?.contains(answer) == true, "\(outcome.text ?? "")")
            #expect(house.kinds(of: "r1").last == "replied")
            #expect(house.models.requests.isEmpty)
            #expect(try await house.stores.inbox.unansweredCount() == 0)
        }
    }

    @Test
    func `commands are not part of what the model reads`() async throws {
        try await TestHouse.run { house in
            try await house.ask("/status")
            try await house.ask("hi")
            try await house.ask("/whoami")
            try await house.ask("again")

            #expect(
                house.models.requests[1].messages.map(\.line) == [
                    "user: hi", "assistant: Hello.", "user: again",
                ])
        }
    }

    @Test
    func `a message is announced to the models, a command is not`() async throws {
        try await TestHouse.run { house in
            try await house.ask("/model fake/fake-2")
            #expect(house.models.announced == 0)
            try await house.ask("hi")
            #expect(house.models.announced == 1)
        }
    }

    @Test
    func `a chosen model is asked from the next message on, and default goes back`() async throws {
        try await TestHouse.run { house in
            try await house.ask("/model fake/fake-2")
            try await house.ask("hi")
            try await house.ask("/model default")
            try await house.ask("hi")

            #expect(house.models.requests.map(\.model.model) == ["fake-2", "fake-1"])
        }
    }

    @Test
    func `what rests is told, and choosing a model wakes it`() async throws {
        try await TestHouse.run { house in
            func rest(_ model: String?) -> Cooldown {
                Cooldown(
                    credential: "fake:env#01234567", model: model,
                    until: .now + .seconds(4 * 3600 + 30 * 60 + 59), failures: 1,
                    reason: "rate limit")
            }
            house.rested.cooldowns = [rest("fake/fake-1"), rest("fake/fake-2"), rest(nil)]
            try await house.ask("/model status")
            let told = try #require(try await house.lines().last)
            #expect(told.contains("Resting: fake/fake-1 for another 4h 30m (rate limit)"))
            #expect(told.hasSuffix("Resting: fake:env for another 4h 30m (rate limit)"))

            try await house.ask("/model fake/fake-2")
            #expect(house.rested.cooldowns.map(\.model) == ["fake/fake-1", nil])
            try await house.ask("/model default")
            #expect(house.rested.cooldowns.map(\.model) == [nil])
        }
    }

    @Test
    func `a new session is empty, and the old transcript stays`() async throws {
        try await TestHouse.run { house in
            try await house.ask("hi")
            let old = try #require(try await house.stores.sessions.entry(TestHouse.main)).sessionID
            try await house.ask("/new")

            #expect(try await house.lines() == ["assistant (injected): ✅ New session started."])
            #expect(try await house.stores.sessions.history(old, limit: 10).messages.count == 2)
        }
    }

    @Test
    func `what waited for the old conversation stands in it, and not in the new one`() async throws {
        let models = ScriptedModels([.hang(Gate()), .say(["Hello."])])
        try await TestHouse.run(models: models) { house in
            try await house.say("go on", id: "a")
            await models.sawRequests(1)
            let old = try #require(try await house.stores.sessions.entry(TestHouse.main)).sessionID
            for id in ["b", "c"] { try await house.say("say \(id)", id: id) }
            try await house.ask("/new hi")

            for id in ["a", "b", "c"] { #expect(try await house.outcome(of: RunID(id)).status == .aborted) }
            #expect(try await house.lines() == ["user: hi", "assistant: Hello."])
            #expect(try await house.stores.sessions.history(old, limit: 10).messages.count >= 3)
        }
    }

    @Test(
        arguments: [
            ("new chat", "/new"), (" New Chat  hello", "/new  hello"), ("new chats", nil),
            ("a new chat", nil),
            ("nytt", "/new"), ("", nil), ("new", nil),
        ] as [(String, String?)])
    func `words of the config begin a session anew`(text: String, command: String?) {
        var settings = AgentSettings(agents: [AgentProfile(id: "main", workspace: "/w")])
        settings.resetTriggers = ["new chat", "nytt"]

        #expect(settings.newConversation(in: text) == command)
    }

    @Test
    func `text after such words is the first message of the new session`() async throws {
        try await TestHouse.run { house in
            house.switchboard.settings.resetTriggers = ["new chat"]
            try await house.ask("hi")
            try await house.ask("New chat tell me more")

            #expect(try await house.lines().first == "user: tell me more")
        }
    }

    @Test
    func `text after new is the first message of the new session`() async throws {
        try await TestHouse.run { house in
            try await house.ask("hi")
            try await house.ask("/new hello again")

            #expect(try await house.lines() == ["user: hello again", "assistant: Hello."])
            #expect(house.models.requests[1].messages.map(\.line) == ["user: hello again"])
        }
    }

    @Test
    func `a command is answered while a turn runs`() async throws {
        let gate = Gate()
        try await TestHouse.run(models: ScriptedModels([.hang(gate, after: ["Done."])])) { house in
            try await house.say("go on", id: "r1")
            await house.models.sawRequests(1)
            let outcome = try await house.ask("/status")
            #expect(outcome.text?.contains("Running: 1") == true)
            gate.open()

            #expect(try await house.outcome(of: "r1").text == "Done.")
        }
    }

    @Test
    func `commands are answered in the order in which they came`() async throws {
        try await TestHouse.run { house in
            // One asks the store first, the other does not.
            let words = (0..<20).map { $0.isMultiple(of: 2) ? "/status" : "/pairing" }
            for (number, word) in words.enumerated() { try await house.say(word, id: "r\(number)") }
            for number in words.indices { _ = try await house.outcome(of: RunID("r\(number)")) }
            let asked = try await house.lines().filter { $0.hasPrefix("user: ") }
            #expect(asked == words.map { "user: \($0)" })
        }
    }

    @Test
    func `reset stops what runs and waits, then answers`() async throws {
        try await TestHouse.run(models: ScriptedModels([.hang(Gate())])) { house in
            try await house.say("go on", id: "a")
            try await house.say("more", id: "b")
            await house.models.sawRequests(1)
            let outcome = try await house.ask("/reset")

            #expect(outcome.text == "✅ Session reset.")
            #expect(house.kinds(of: "a").last == "aborted")
            #expect(try await house.outcome(of: "b").status == .aborted)
            #expect(try await house.lines() == ["assistant (injected): ✅ Session reset."])
        }
    }

    @Test
    func `a level before a question is for that question alone`() async throws {
        try await TestHouse.run { house in
            house.switchboard.directory.info = { _ in ModelFacts(reasoning: true) }
            try await house.ask("/think high What is this?")
            try await house.ask("And that?")

            #expect(house.models.requests.map(\.thinking) == [.high, .low])
            #expect(house.models.requests[0].messages.map(\.line) == ["user: What is this?"])
        }
    }

    @Test(arguments: ["/think high Well?", "/verbose full Well?", "/reasoning on Well?"])
    func `a question is answered whatever the model makes of the level`(text: String) async throws {
        try await TestHouse.run { house in
            let outcome = try await house.ask(text)
            let entry = try await house.stores.sessions.entry(TestHouse.main)

            #expect(outcome.text == "Hello.")
            #expect(house.models.requests[0].messages.map(\.line) == ["user: Well?"])
            #expect(house.models.requests[0].thinking == (text.hasPrefix("/think") ? .high : .off))
            #expect(entry?.verboseLevel == nil)
        }
    }

    @Test
    func `a name is a label, and only one session's`() async throws {
        try await TestHouse.run { house in
            try await house.ask("/name Plans")
            #expect(try await house.stores.sessions.entry(TestHouse.main)?.label == "Plans")
            let other = try await house.ask("/name Plans", in: "agent:main:other")
            #expect(other.text?.contains("already") == true)
        }
    }

    @Test
    func `a restart comes when the answer is stored and told`() async throws {
        try await TestHouse.run(in: nil, { $0.allowsRestart = true }) { house in
            var toldBefore: [String] = []
            house.switchboard.restart = { toldBefore = house.kinds(of: "r1") }
            let outcome = try await house.ask("/restart", id: "r1")

            #expect(outcome.text?.contains("Restarting") == true)
            #expect(toldBefore.last == "replied")
            #expect(try await house.stores.inbox.unansweredCount() == 0)
        }
    }

    @Test
    func `an export holds what was said, and only its owner can read it`() async throws {
        try await TestHouse.run { house in
            try await house.ask("Is 1 < 2?")
            let path = "\(house.folder)/workspace/talk.html"
            let outcome = try await house.ask("/export talk")
            #expect(outcome.text == "Wrote the conversation to `\(path)`.")

            let text = try String(contentsOfFile: path, encoding: .utf8)
            #expect(
                text.contains("Is 1 &lt; 2?") && text.contains("Hello.") && text.hasSuffix("</body></html>\n")
            )
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            #expect(try await house.ask("/export ../talk").text?.contains("no file name") == true)

            mkfifo("\(house.folder)/workspace/pipe.html", 0o600)
            #expect(try await house.ask("/export pipe").text?.contains("cannot be written") == true)
        }
    }

    @Test
    func `no command is listed that is not here`() {
        let listed = Set(SlashCommands.standard.commands.map(\.name))
        #expect(listed.isDisjoint(with: AbsentCommands.all.map(\.name)))
        #expect(AbsentCommands.all.allSatisfy { SlashCommands.standard.match("/\($0.name) x") != nil })
    }
}
