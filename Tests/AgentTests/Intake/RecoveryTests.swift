import Core
import Foundation
import Store
import Testing

@testable import Agent

/// A house that is cancelled leaves behind what a killed process leaves: the inbox and the journal.
@MainActor
@Suite(.timeLimit(.minutes(1)))
struct RecoveryTests {
    @Test
    func `a message that was only recorded is answered at the next start`() async throws {
        try await inFolder { folder in
            let database = try Database(path: "\(folder)/openclaw.sqlite")
            _ = try await Stores(database).inbox.record(.sample("remember the milk", id: "r1"))
            await database.close()

            try await TestHouse.run(in: folder, models: ScriptedModels([.say(["Noted."])])) { house in
                let outcome = try await house.outcome(of: "r1")
                #expect(outcome.text == "Noted.")
                let lines = try await house.lines()
                #expect(lines == ["user: remember the milk", "assistant: Noted."])
                #expect(house.switchboard.metrics.recovered == 1)
            }
        }
    }

    @Test
    func `more messages than fit in one reading are all answered, commands by the house`() async throws {
        try await inFolder { folder in
            let database = try Database(path: "\(folder)/openclaw.sqlite")
            let inbox = Stores(database).inbox
            for number in 0..<620 {
                let text = number % 100 == 99 ? "/status" : "message \(number)"
                _ = try await inbox.record(
                    .sample(text, id: "r\(number)", in: SessionKey("agent:main:s\(number % 7)")))
            }
            await database.close()

            try await TestHouse.run(in: folder, models: ScriptedModels()) { house in
                for number in 0..<620 {
                    let outcome = try await house.outcome(of: RunID("r\(number)"))
                    #expect(outcome.status == .ok)
                }
                #expect(house.models.requests.count == 614)
                #expect(house.switchboard.metrics.recovered == 620)
                let waiting = try await house.stores.inbox.unansweredCount()
                #expect(waiting == 0)
            }
        }
    }

    @Test
    func `a turn that had begun goes on before what was recorded before it`() async throws {
        try await inFolder { folder in
            let database = try Database(path: "\(folder)/openclaw.sqlite")
            let stores = Stores(database)
            _ = try await stores.inbox.record(.sample("first", id: "r1"))
            let second = InboundMessage.sample("second", id: "r2")
            _ = try await stores.journal.accept(
                second, beginning: NewTurn(run: "r2", session: TestHouse.main, message: second.asUserMessage))
            await database.close()

            let models = ScriptedModels([.say(["To the second."]), .say(["To the first."])])
            try await TestHouse.run(in: folder, models: models) { house in
                let outcome = try await house.outcome(of: "r1")
                #expect(outcome.text == "To the first.")
                let lines = try await house.lines()
                #expect(
                    lines == [
                        "user: second", "assistant: To the second.", "user: first",
                        "assistant: To the first.",
                    ])
            }
        }
    }

    @Test
    func `what comes before the last process's messages are taken up is answered after them`() async throws {
        try await inFolder { folder in
            let database = try Database(path: "\(folder)/openclaw.sqlite")
            for number in 0..<3 {
                _ = try await Stores(database).inbox.record(.sample("old \(number)", id: "old\(number)"))
            }
            await database.close()

            try await TestHouse.run(in: folder) { house in
                try await house.say("new", id: "new")
                _ = try await house.outcome(of: "new")
                let lines = try await house.lines().filter { $0.hasPrefix("user") }
                #expect(lines == ["user: old 0", "user: old 1", "user: old 2", "user: new"])
            }
        }
    }

    @Test
    func `an answer that the disk refuses comes when it can be kept, before later ones`() async throws {
        let gate = Gate()
        let models = ScriptedModels([.hang(gate), .say(["One."]), .say(["Two."])])
        try await TestHouse.run(models: models) { house in
            try await house.say("1", id: "r1")
            await models.sawRequests(1)
            try await house.say("2", id: "r2")
            _ = try await house.database.read { try $0.first("PRAGMA query_only = ON") { $0.int(0) } }
            gate.open()
            let refused = try await house.outcome(of: "r1")
            #expect(refused.failure?.kind == .store && models.requests.count == 1)
            _ = try await house.database.read { try $0.first("PRAGMA query_only = OFF") { $0.int(0) } }

            let second = try await house.outcome(of: "r2")
            #expect(second.text == "Two.")
            let lines = try await house.lines()
            #expect(lines == ["user: 1", "assistant: One.", "user: 2", "assistant: Two."])
        }
    }

    @Test
    func `a stop word that a crash left undone stops what came before it, and not what came after`()
        async throws
    {
        try await inFolder { folder in
            let database = try Database(path: "\(folder)/openclaw.sqlite")
            for (text, id) in [("a", "a"), ("stop", "s"), ("b", "b")] {
                _ = try await Stores(database).inbox.record(.sample(text, id: id))
            }
            await database.close()

            let gate = Gate()
            let models = ScriptedModels(Array(repeating: .hang(gate, after: ["B."]), count: 2))
            try await TestHouse.run(in: folder, models: models) { house in
                let before = try await house.outcome(of: "a")
                gate.open()
                let after = try await house.outcome(of: "b")
                #expect(after.text == "B." && before.status == .aborted)
                let waiting = try await house.stores.inbox.unansweredCount()
                #expect(waiting == 0)
            }
        }
    }

    @Test
    func `a stop word that a crash left undone stops a new conversation, too`() async throws {
        try await inFolder { folder in
            let database = try Database(path: "\(folder)/openclaw.sqlite")
            for (text, id) in [("/new tell", "a"), ("stop", "s")] {
                _ = try await Stores(database).inbox.record(.sample(text, id: id))
            }
            await database.close()

            try await TestHouse.run(in: folder, models: ScriptedModels([.hang(Gate())])) { house in
                let outcome = try await house.outcome(of: "a")
                #expect(outcome.status == .aborted)
            }
        }
    }

    @Test
    func `messages that were accepted are answered after a crash, however few may wait`() async throws {
        try await inFolder { folder in
            let database = try Database(path: "\(folder)/openclaw.sqlite")
            for number in 0..<5 {
                _ = try await Stores(database).inbox.record(
                    .sample("say \(number)", id: "r\(number)"))
            }
            await database.close()

            let settings: (inout Agent.AgentSettings) -> Void = {
                $0.queue.mode = .followup
                $0.queue.most = 2
                $0.queue.overflow = .old
            }
            try await TestHouse.run(in: folder, models: ScriptedModels(), settings) { house in
                for number in 0..<5 {
                    let outcome = try await house.outcome(of: RunID("r\(number)"))
                    #expect(outcome.status == .ok)
                }
            }
        }
    }

    @Test
    func `a step that the disk refuses once ends the turn, which is not run again`() async throws {
        let models = ScriptedModels([.call([.sample("look")])])
        try await TestHouse.run(models: models, tools: [ScriptedTool("look", .answer("yes"))]) { house in
            try await house.database.write {
                try $0.run(
                    "CREATE TRIGGER t BEFORE INSERT ON turn_steps BEGIN SELECT RAISE(ABORT, 'disk I/O error'); END"
                )
            }
            try await house.say("1", id: "r1")
            #expect(try await house.outcome(of: "r1").failure?.kind == .store)
            #expect(try await house.stores.inbox.unansweredCount() == 0)
            _ = try await house.ask("2", id: "r2")
            #expect(house.kinds(of: "r1").count { $0 == "failed" } == 1 && models.requests.count == 2)
            #expect(try await house.lines().filter { $0.hasPrefix("user") } == ["user: 1", "user: 2"])
        }
    }

    @Test
    func `a turn cut off in the middle of an answer is run again, once`() async throws {
        try await inFolder { folder in
            let models = ScriptedModels([.hang(Gate(), before: ["half an ans"])])
            try await TestHouse.run(in: folder, models: models) { house in
                try await house.say("hi", id: "r1")
                await models.sawRequests(1)
            }

            try await TestHouse.run(in: folder, models: ScriptedModels([.say(["Whole."])])) { house in
                let outcome = try await house.outcome(of: "r1")
                #expect(outcome.text == "Whole.")
                let lines = try await house.lines()
                #expect(lines == ["user: hi", "assistant: Whole."])
                #expect(house.models.requests.count == 1)
            }
            try await TestHouse.run(in: folder) { house in
                let outcome = try await house.outcome(of: "r1")
                let again = try await house.say("hi", id: "r1")
                #expect(again == .finished("r1", outcome))
                #expect(house.models.requests.isEmpty)
            }
        }
    }

    @Test(arguments: [true, false])
    func `a tool that was running is not repeated, and the model is told what is known`(changes: Bool)
        async throws
    {
        try await inFolder { folder in
            let tool = ScriptedTool("exec", changesTheWorld: changes, .hang(Gate()))
            try await TestHouse.run(
                in: folder, models: ScriptedModels([.call([.sample("exec")])]), tools: [tool]
            ) {
                try await $0.say("send it", id: "r1")
                await tool.calls.started.wait()
            }

            let again = ScriptedTool("exec", .answer("sent"))
            let models = ScriptedModels([.say(["I am not sure."])])
            try await TestHouse.run(in: folder, models: models, tools: [again]) { house in
                let outcome = try await house.outcome(of: "r1")
                #expect(outcome.text == "I am not sure.")
                #expect(again.calls.arguments.isEmpty)
                let result = try #require(models.requests.first?.messages.last)
                #expect(result.line.hasPrefix("tool exec failed: The process ended while this call ran"))
                #expect(result.line.contains("unknown") == changes)
                #expect(try await house.lines().count == 4)
            }
        }
    }

    @Test
    func `calls behind the one that was running are known not to have begun`() async throws {
        try await inFolder { folder in
            let calls = ["look", "exec", "look", "exec"].enumerated().map {
                ToolCall.sample($1, id: "c\($0)")
            }
            let look = ScriptedTool("look", .answer("seen"))
            let tool = ScriptedTool("exec", .hang(Gate()))
            try await TestHouse.run(in: folder, models: ScriptedModels([.call(calls)]), tools: [look, tool]) {
                try await $0.say("go", id: "r1")
                await tool.calls.started.wait()
            }

            let models = ScriptedModels([.say(["I see."])])
            try await TestHouse.run(in: folder, models: models, tools: [look, tool]) { house in
                #expect(try await house.outcome(of: "r1").text == "I see.")
                let lines = try await house.lines().filter { $0.hasPrefix("tool ") }
                #expect(lines.count == 4 && lines[0] == "tool look: seen")
                #expect(lines[1].contains("The process ended while this call ran"))
                #expect(lines[2...].allSatisfy { $0.contains("Not run: ") })
                #expect(models.requests.first?.messages.suffix(4).map(\.line) == lines)
            }
        }
    }

    @Test
    func `a finished call keeps its result over a restart`() async throws {
        try await inFolder { folder in
            let tool = ScriptedTool("exec", .answer("sent"))
            let models = ScriptedModels([.call([.sample("exec")]), .hang(Gate())])
            try await TestHouse.run(in: folder, models: models, tools: [tool]) { house in
                try await house.say("send it", id: "r1")
                await models.sawRequests(2)
            }

            let next = ScriptedModels([.say(["Sent."])])
            try await TestHouse.run(in: folder, models: next, tools: [tool]) { house in
                let outcome = try await house.outcome(of: "r1")
                #expect(outcome.text == "Sent.")
                #expect(tool.calls.arguments.count == 1)
                #expect(
                    next.requests.first?.messages.map(\.line) == [
                        "user: send it", "assistant: → exec", "tool exec: sent",
                    ])
            }
        }
    }

    @Test
    func `a message that takes the process down each time is given up`() async throws {
        try await inFolder { folder in
            for attempt in 0..<AgentRunner.mostAttempts {
                let models = ScriptedModels([.hang(Gate())])
                try await TestHouse.run(in: folder, models: models) { house in
                    if attempt == 0 { try await house.say("poison", id: "r1") }
                    await models.sawRequests(1)
                }
            }

            try await TestHouse.run(in: folder) { house in
                let outcome = try await house.outcome(of: "r1")
                #expect(outcome.failure?.kind == .crashed)
                #expect(house.models.requests.isEmpty)
                #expect(try await house.stores.inbox.unansweredCount() == 0)
            }
        }
    }

    @Test
    func `a message is answered however often the process was stopped in order meanwhile`() async throws {
        try await inFolder { folder in
            for attempt in 0...AgentRunner.mostAttempts {
                let models = ScriptedModels([.hang(Gate())])
                try await TestHouse.run(in: folder, models: models) { house in
                    if attempt == 0 { try await house.say("take your time", id: "r1") }
                    await models.sawRequests(1)
                    await house.switchboard.drain(timeout: .zero)
                }
            }

            try await TestHouse.run(in: folder, models: ScriptedModels([.say(["Done."])])) { house in
                let outcome = try await house.outcome(of: "r1")
                #expect(outcome.text == "Done.")
            }
        }
    }

    @Test
    func `waiting messages keep their order over a restart`() async throws {
        try await inFolder { folder in
            let models = ScriptedModels([.hang(Gate())])
            try await TestHouse.run(in: folder, models: models) { house in
                for id in ["a", "b", "c"] { try await house.say(id, id: id) }
                await models.sawRequests(1)
            }

            try await TestHouse.run(
                in: folder, models: ScriptedModels([.say(["1"]), .say(["2"]), .say(["3"])])
            ) { house in
                for id in ["a", "b", "c"] { _ = try await house.outcome(of: RunID(id)) }
                #expect(
                    try await house.lines() == [
                        "user: a", "assistant: 1", "user: b", "assistant: 2", "user: c", "assistant: 3",
                    ])
            }
        }
    }

    private func inFolder(_ body: @MainActor (String) async throws -> Void) async throws {
        let folder = TestHouse.makeFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }
}
