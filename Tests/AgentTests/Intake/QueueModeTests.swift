import Core
import Foundation
import Store
import TestSupport
import Testing

@testable import Agent

/// What becomes of messages that come while their session is at work.
@MainActor
@Suite(.timeLimit(.minutes(1)))
struct QueueModeTests {
    private func mode(
        _ mode: QueueMode, most: Int? = nil, _ overflow: QueueOverflow? = nil
    ) -> (inout Agent.AgentSettings) -> Void {
        { settings in
            settings.queue.mode = mode
            settings.queue.most = most
            settings.queue.overflow = overflow
            settings.queue.quiet = .zero
        }
    }

    // MARK: collect

    @Test
    func `what comes meanwhile is answered together, and each message has its outcome`() async throws {
        let gate = Gate()
        let models = ScriptedModels([.hang(gate, after: ["First."]), .say(["Both."])])
        try await TestHouse.run(models: models, mode(.collect)) { house in
            for id in ["a", "b", "c"] { try await house.say("say \(id)", id: id) }
            await models.sawRequests(1)
            gate.open()

            for id in ["b", "c"] {
                let outcome = try await house.outcome(of: RunID(id))
                #expect(outcome.status == .ok && outcome.text == "Both.")
            }
            #expect(
                try await house.lines() == [
                    "user: say a", "assistant: First.", "user: say b", "user: say c", "assistant: Both.",
                ])
            #expect(house.kinds(of: "b") == ["ended"])
            #expect(house.kinds(of: "c").last == "ended" && house.kinds(of: "c").count > 5)
            #expect(try await house.stores.inbox.unansweredCount() == 0)
            let known = try await house.outcome(of: "b")
            let again = try await house.say("say b", id: "b")
            #expect(again == .finished("b", known))
        }
    }

    @Test
    func `they wait until nothing more is said`() async throws {
        let clock = TestClock()
        let gate = Gate()
        let models = ScriptedModels([.hang(gate, after: ["First."]), .say(["All."])])
        let settings: (inout Agent.AgentSettings) -> Void = {
            $0.queue.mode = .collect
            $0.queue.quiet = .seconds(40)  // a loaded machine may take seconds for a step
        }
        try await TestHouse.run(models: models, clock: clock, settings) { house in
            for id in ["a", "b"] { try await house.say("say \(id)", id: id) }
            await models.sawRequests(1)
            gate.open()
            _ = try await house.outcome(of: "a")
            try await eventually("the session rests") {
                clock.sleeperCount == 3
            }
            clock.advance(by: .seconds(20))
            try await house.say("say c", id: "c")
            try await eventually("it rests anew") {
                clock.sleeperCount == 4
            }
            clock.advance(by: .seconds(25))
            #expect(models.requests.count == 1 && house.switchboard.queued(in: TestHouse.main) == 2)

            clock.advance(by: .seconds(20))
            #expect(try await house.outcome(of: "b").text == "All.")
            #expect(try await house.outcome(of: "c").text == "All.")
        }
    }

    @Test
    func `what asks for something else, or from elsewhere, keeps a turn of its own`() async throws {
        let gate = Gate()
        let models = ScriptedModels([.hang(gate), .say(["1"]), .say(["2"]), .say(["3"])])
        try await TestHouse.run(models: models, mode(.collect)) { house in
            try await house.say("a", id: "a")
            try await house.say("b", id: "b")
            try await house.say("c", id: "c", options: TurnOptions(thinking: .high))
            var elsewhere = InboundMessage.sample("d", id: "d")
            elsewhere.address.chat = "another"
            _ = try await house.switchboard.submit(elsewhere)
            gate.open()

            for (id, text) in [("b", "1"), ("c", "2"), ("d", "3")] {
                #expect(try await house.outcome(of: RunID(id)).text == text)
            }
        }
    }

    @Test
    func `a crash in the middle of a shared turn loses and doubles none of its messages`() async throws {
        let folder = TestHouse.makeFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let gate = Gate()
        let models = ScriptedModels([.hang(gate, after: ["First."]), .hang(Gate())])
        try await TestHouse.run(in: folder, models: models, mode(.collect)) { house in
            for id in ["a", "b", "c"] { try await house.say("say \(id)", id: id) }
            await models.sawRequests(1)
            gate.open()
            await models.sawRequests(2)
        }

        try await TestHouse.run(in: folder, models: ScriptedModels([.say(["Both."])]), mode(.collect)) {
            house in
            for id in ["b", "c"] { #expect(try await house.outcome(of: RunID(id)).text == "Both.") }
            let lines = try await house.lines()
            #expect(
                lines == [
                    "user: say a", "assistant: First.", "user: say b", "user: say c", "assistant: Both.",
                ])
            #expect(house.models.requests.count == 1 && house.switchboard.metrics.recovered == 2)
            #expect(try await house.stores.inbox.unansweredCount() == 0)
        }
    }

    @Test
    func `a shared answer that the disk refuses comes later, for all`() async throws {
        let (first, second) = (Gate(), Gate())
        let models = ScriptedModels([.hang(first, after: ["First."]), .hang(second), .say(["Both."])])
        try await TestHouse.run(models: models, mode(.collect)) { house in
            for id in ["a", "b", "c"] { try await house.say("say \(id)", id: id) }
            await models.sawRequests(1)
            first.open()
            await models.sawRequests(2)
            _ = try await house.database.read { try $0.first("PRAGMA query_only = ON") { $0.int(0) } }
            second.open()
            #expect(try await house.outcome(of: "c").failure?.kind == .store)
            _ = try await house.database.read { try $0.first("PRAGMA query_only = OFF") { $0.int(0) } }

            try await eventually("nothing waits") {
                try await house.stores.inbox.unansweredCount() == 0
            }
            #expect(try await house.lines().suffix(3) == ["user: say b", "user: say c", "assistant: Both."])
        }
    }

    @Test
    func `of many pictures few are in memory while they wait`() async throws {
        try await TestHouse.run(models: ScriptedModels([.hang(Gate())])) { house in
            try await house.say("begin")
            await house.models.sawRequests(1)
            let image = ImageContent(
                mimeType: "image/png", base64: String(repeating: "iVBO", count: 300 << 10))
            for id in 100..<120 {
                var item = TurnQueue.Item.sample(id, in: TestHouse.main.rawValue)
                item.entry.message = .sample("look", images: [image])
                house.switchboard.enqueue(item)
            }

            let waiting = house.switchboard.queue.waiting(in: TestHouse.main)
            #expect(waiting.count == 20 && waiting.contains { $0.isPlain })
            #expect(house.switchboard.queue.waitingBytes <= 16 << 20)
        }
    }

    @Test
    func `of very many words few are in memory while they wait, also after a crash, and none is lost`()
        async throws
    {
        let folder = TestHouse.makeFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let words = String(repeating: "word ", count: 12_000)
        let sessions = (0..<450).map { SessionKey("agent:main:s\($0)") }
        let database = try Database(path: "\(folder)/openclaw.sqlite")
        let inbox = Stores(database).inbox
        try await withThrowingDiscardingTaskGroup { group in
            for session in sessions {
                group.addTask {
                    _ = try await inbox.record(.sample(words, id: session.rawValue, in: session))
                }
            }
        }
        await database.close()

        let models = ScriptedModels([.hang(Gate())])
        try await TestHouse.run(in: folder, models: models, { $0.maxConcurrent = 1 }) { house in
            await house.switchboard.recovered.wait()
            #expect(house.switchboard.queue.waitingCount == sessions.count - 1)
            let bytes = house.switchboard.queue.waitingBytes
            #expect((20 << 20...24 << 20).contains(bytes))

            let waiting = sessions.filter { house.switchboard.queue.waiting(in: $0).first?.isPlain == false }
            let last = try #require(waiting.last)
            _ = await house.switchboard.abort(session: last, reason: .stop)
            #expect(try await house.lines(last) == ["user: \(words)"])
            #expect(house.switchboard.queue.waitingBytes == bytes)
        }
    }

    // MARK: steer

    @Test
    func `a running turn hears of a message after its tool, and passes over what else it wanted`()
        async throws
    {
        let gate = Gate()
        let look = ScriptedTool("look", .hang(gate))
        let models = ScriptedModels([
            .call([.sample("look"), .sample("look", id: "call_2")]), .say(["As you wish."]),
        ])
        try await TestHouse.run(models: models, tools: [look], mode(.steer)) { house in
            try await house.say("look here", id: "a")
            await look.calls.started.wait()
            try await house.say("no, there", id: "b")
            gate.open()

            for id in ["a", "b"] { #expect(try await house.outcome(of: RunID(id)).text == "As you wish.") }
            let lines = try await house.lines()
            #expect(lines[0] == "user: look here" && lines[2] == "tool look: done at last")
            #expect(lines[3].hasPrefix("tool look failed: Not run") && lines[4] == "user: no, there")
            #expect(lines.count == 6 && look.calls.arguments.count == 1)
            #expect(models.requests[1].messages.map(\.line) == Array(lines.dropLast()))
        }
    }

    @Test
    func `a message that a run has heard is answered with it after a crash`() async throws {
        let folder = TestHouse.makeFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let gate = Gate()
        let look = ScriptedTool("look", .hang(gate))
        let models = ScriptedModels([.call([.sample("look")]), .hang(Gate(), before: ["As"])])
        try await TestHouse.run(in: folder, models: models, tools: [look], mode(.steer)) { house in
            try await house.say("look here", id: "a")
            await look.calls.started.wait()
            try await house.say("no, there", id: "b")
            gate.open()
            await models.sawRequests(2)
        }

        let again = ScriptedModels([.say(["As you wish."])])
        try await TestHouse.run(in: folder, models: again, tools: [look], mode(.steer)) { house in
            for id in ["a", "b"] {
                #expect(try await house.outcome(of: RunID(id)).text == "As you wish.")
            }
            #expect(again.requests.count == 1 && look.calls.arguments.count == 1)
            let lines = try await house.lines()
            #expect(
                lines.suffix(2) == ["user: no, there", "assistant: As you wish."] && lines.count == 5)
        }
    }

    @Test
    func `what comes too late for a run is answered after it`() async throws {
        let gate = Gate()
        let models = ScriptedModels([.hang(gate, after: ["First."]), .say(["Then."])])
        try await TestHouse.run(models: models, mode(.steer)) { house in
            for id in ["a", "b"] { try await house.say(id, id: id) }
            await models.sawRequests(1)
            gate.open()

            #expect(try await house.outcome(of: "a").text == "First.")
            #expect(try await house.outcome(of: "b").text == "Then.")
        }
    }

    // MARK: interrupt

    @Test
    func `a newer message stops the turn and is answered with what waited`() async throws {
        let models = ScriptedModels([.hang(Gate(), before: ["I was say"]), .say(["Now this."])])
        try await TestHouse.run(models: models, mode(.interrupt)) { house in
            try await house.say("a", id: "a")
            await models.sawRequests(1)
            try await house.say("b", id: "b")

            #expect(try await house.outcome(of: "b").text == "Now this.")
            let first = try await house.outcome(of: "a")
            #expect(first.status == .aborted && first.stopReason == "interrupt")
            #expect(
                try await house.lines() == [
                    "user: a", "assistant (aborted): I was say", "user: b", "assistant: Now this.",
                ])
        }
    }

    // MARK: cap and drop

    @Test
    func `of too many the oldest go into the next turn in brief`() async throws {
        let gate = Gate()
        let models = ScriptedModels([.hang(gate), .say(["1"]), .say(["2"])])
        try await TestHouse.run(models: models, mode(.followup, most: 2)) { house in
            try await house.say("a", id: "a")
            await models.sawRequests(1)
            let long = String(repeating: "long\n", count: 100)
            for id in ["b", "c", "d", "e"] { try await house.say("\(id) \(long)", id: id) }
            gate.open()

            for (id, text) in [("b", "1"), ("c", "1"), ("d", "1"), ("e", "2")] {
                #expect(try await house.outcome(of: RunID(id)).text == text)
            }
            let lines = try await house.lines().filter { $0.hasPrefix("user: ") }
            #expect(lines[1].hasPrefix("user: [Shortened, because many messages waited] b long long"))
            #expect(lines[1].utf8.count < 220 && lines[2].contains("] c long"))
            #expect(lines[3].hasPrefix("user: d long\n") && lines[3].utf8.count > 500)
        }
    }

    @Test
    func `of very many the newest are told whole, older ones in brief, and the oldest not at all`()
        async throws
    {
        let gate = Gate()
        let models = ScriptedModels([.hang(gate), .say(["All."])])
        try await TestHouse.run(models: models, mode(.collect, most: 2, .summarize)) { house in
            for number in 0...250 { try await house.say("say \(number).", id: "\(number)") }
            gate.open()

            for id in ["1", "148", "149", "250"] {
                #expect(try await house.outcome(of: RunID(id)).text == "All.")
            }
            #expect(models.requests.count == 2)
            let lines = try await house.lines().filter { $0.hasPrefix("user: ") }
            #expect(lines.count == 103 && lines[0] == "user: say 0.")
            #expect(lines[1].hasPrefix("user: [148 older messages are left out, because many waited]"))
            #expect(lines[1].hasSuffix("] say 149.") && lines[100].hasSuffix("waited] say 248."))
            #expect(lines[101...] == ["user: say 249.", "user: say 250."])
            #expect(try await house.stores.inbox.unansweredCount() == 0)
        }
    }

    @Test
    func `what waited in very great number is one turn also after a crash`() async throws {
        let folder = TestHouse.makeFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let waits = mode(.collect, .summarize)
        try await TestHouse.run(in: folder, models: ScriptedModels([.hang(Gate())]), waits) { house in
            for number in 0...250 { try await house.say("say \(number).", id: "\(number)") }
        }
        let models = ScriptedModels([.say(["One."]), .say(["All."])])
        try await TestHouse.run(in: folder, models: models, waits) { house in
            let (first, last) = (try await house.outcome(of: "0"), try await house.outcome(of: "250"))
            #expect(first.text == "One." && last.text == "All.")
            #expect(models.requests.count == 2)
            #expect(try await house.stores.inbox.unansweredCount() == 0)
        }
    }

    @Test
    func `of too many the oldest are left out, and say so`() async throws {
        let gate = Gate()
        let models = ScriptedModels([.hang(gate), .say(["Both."])])
        try await TestHouse.run(models: models, mode(.collect, most: 2, .old)) { house in
            for id in ["a", "b", "c", "d"] { try await house.say(id, id: id) }
            let left = try await house.outcome(of: "b")
            #expect(left.status == .error && left.failure?.message.contains("messages.queue.cap") == true)
            gate.open()
            #expect(try await house.outcome(of: "c").text == "Both.")
            #expect(
                try await house.lines().filter { $0.hasPrefix("user") } == ["user: a", "user: c", "user: d"])
        }
    }

    @Test
    func `of too many the newest is turned away`() async throws {
        let gate = Gate()
        try await TestHouse.run(models: ScriptedModels([.hang(gate)]), mode(.collect, most: 2, .new)) {
            house in
            for id in ["a", "b", "c"] { try await house.say(id, id: id) }
            await #expect(throws: SubmitError.queueFull(2)) { try await house.say("d", id: "d") }
            let again = try await house.say("b", id: "b")
            #expect(again == .inFlight("b"), "what was accepted is not turned away when it is told again")
            try await house.say("/status", id: "e")
            #expect(try await house.outcome(of: "e").status == .ok, "a command takes nobody's place")
            gate.open()
            #expect(try await house.outcome(of: "c").status == .ok)
        }
    }

    @Test
    func `of too many at once the newest are turned away, and who was accepted before stays`() async throws {
        let gate = Gate()
        let models = ScriptedModels([.hang(gate), .say(["All."])])
        try await TestHouse.run(models: models, mode(.collect, most: 3, .new)) { house in
            for id in ["a", "b"] { try await house.say(id, id: id) }
            let accepted = await withTaskGroup(of: String?.self) { group in
                for id in ["c", "d", "e", "f", "g"] {
                    group.addTask { (try? await house.say(id, id: id)) == nil ? nil : id }
                }
                var accepted = ["b"]
                for await id in group { if let id { accepted.append(id) } }
                return accepted
            }
            #expect(accepted.count == 3)
            gate.open()
            for id in accepted {
                #expect(try await house.outcome(of: RunID(id)).text == "All.")
            }
        }
    }

    @Test(arguments: ["b", "c", "d"])
    func `stopping one message drops none of those that share its turn`(stopped: String) async throws {
        let gate = Gate()
        let models = ScriptedModels([.hang(gate, after: ["First."]), .say(["Rest."])])
        try await TestHouse.run(models: models, mode(.followup, most: 1, .summarize)) { house in
            for id in ["a", "b", "c", "d"] { try await house.say("say \(id)", id: id) }
            await models.sawRequests(1)

            let runs = await house.switchboard.abort(
                session: TestHouse.main, run: RunID(stopped), reason: .rpc)
            gate.open()

            #expect(runs == [RunID(stopped)])
            #expect(try await house.outcome(of: RunID(stopped)).status == .aborted)
            for id in ["b", "c", "d"] where id != stopped {
                #expect(try await house.outcome(of: RunID(id)).text == "Rest.")
            }
            let asked = models.requests[1].messages.map(\.line).joined()
            for id in ["b", "c", "d"] { #expect(asked.contains("say \(id)") == (id != stopped)) }
        }
    }

    @Test
    func `stopping drops also what was shortened`() async throws {
        let models = ScriptedModels([.hang(Gate())])
        try await TestHouse.run(models: models, mode(.followup, most: 1)) { house in
            for id in ["a", "b", "c"] { try await house.say(id, id: id) }
            await models.sawRequests(1)
            try await house.say("/stop")

            for id in ["a", "b", "c"] { #expect(try await house.outcome(of: RunID(id)).status == .aborted) }
            #expect(try await house.stores.inbox.unansweredCount() == 0)
        }
    }

    // MARK: Wishes

    @Test
    func `a session and a message may wish otherwise`() async throws {
        let gate = Gate()
        let models = ScriptedModels([.hang(gate), .say(["1"]), .say(["2"])])
        try await TestHouse.run(models: models, mode(.collect)) { house in
            let answer = try await house.ask("/queue followup debounce:0.25s cap:7 drop:old").text
            #expect(answer == "⚙️ Queue settings: mode=followup, debounce=250ms, cap=7, drop=old.")
            #expect(try await house.ask("/queue debounce=0").text?.contains("debounce=0s, cap=7") == true)
            try await house.say("a", id: "a")
            await models.sawRequests(1)
            try await house.say("b", id: "b")
            try await house.say("c", id: "c", options: TurnOptions(queueMode: .collect))
            try await house.say("d", id: "d")
            gate.open()

            for (id, text) in [("b", "1"), ("c", "1"), ("d", "2")] {
                #expect(try await house.outcome(of: RunID(id)).text == text)
            }
            #expect(try await house.ask("/queue default").text?.contains("mode=collect") == true)
            for wrong in [
                "/queue loud", "/queue cap:0", "/queue debounce:soon", "/queue drop:all", "/queue a:b",
            ] {
                #expect(try await house.ask(wrong).text?.contains("Options: collect,") == true)
            }
        }
    }

    @Test
    func `a command that asks the model waits for the turn that runs`() async throws {
        let gate = Gate()
        let models = ScriptedModels([.hang(gate, after: ["First."]), .say(["Both."])])
        try await TestHouse.run(models: models) { house in
            try await house.say("a", id: "a")
            await models.sawRequests(1)
            try await house.say("/reasoning on why?", id: "b")
            try await house.say("/steer and how?", id: "c")
            try await eventually("both wait") { house.switchboard.queued(in: TestHouse.main) == 2 }
            gate.open()

            for id in ["b", "c"] { #expect(try await house.outcome(of: RunID(id)).text == "Both.") }
            #expect(models.mostRunning == 1 && models.requests.count == 2)
            #expect(
                try await house.lines().filter { $0.hasPrefix("user") } == [
                    "user: a", "user: why?", "user: and how?",
                ])
        }
    }

    @Test
    func `what one person writes in one go on a channel is one message, a picture ends it`() async throws {
        let clock = TestClock()
        let models = ScriptedModels([.say(["All of it."])])
        try await ChannelTestHouse.run(models: models, clock: clock) { test in
            test.house.switchboard.settings.queue.inboundQuiet = .seconds(2)
            try await test.writes("look", id: "m1")
            try await test.writes("at this", id: "m2")
            #expect(models.requests.isEmpty)
            try await test.writes("the picture", id: "m3") {
                $0.files = [
                    IncomingFile(name: "sea.jpg") { _, _ throws(IncomingFile.FetchError) in
                        throw .failed("gone")
                    }
                ]
            }

            try await eventually("the answer is posted") { test.channel.texts == ["All of it."] }
            #expect(models.requests.count == 1)
        }
    }
}
