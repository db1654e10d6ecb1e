import Core
import Testing

@testable import Store

/// An original that goes on after it was taken over, or arrives in parts.
@Suite(.timeLimit(.minutes(1)))
struct RepeatedImportTests {
    private let world: TestStores

    init() throws { world = try TestStores() }

    private func imported(triesAgain: Bool = false) async throws -> ImportReport? {
        try await StateImport(stateDirectory: world.folder.path, database: world.database)
            .run(triesAgain: triesAgain)
    }

    private static let sessions = "agents/main/sessions"

    private func line(_ number: Int, _ text: String? = nil) -> String {
        #"{"type":"message","id":"m\#(number)","message":{"role":"user","content":"\#(text ?? "\(number)")","timestamp":\#(1000 + number)}}"#
    }

    private func write(_ numbers: Range<Int>, to session: String) throws {
        let text = numbers.map { line($0) + "\n" }.joined()
        try world.folder.write(text, to: "\(Self.sessions)/\(session).jsonl")
    }

    private func list(_ sessions: [String: String], updatedAt: Int = 5) throws {
        let entries = sessions.map { key, id in
            #""\#(key)":{"sessionId":"\#(id)","systemSent":true,"updatedAt":\#(updatedAt)}"#
        }
        try world.folder.write("{\(entries.joined(separator: ","))}", to: "\(Self.sessions)/sessions.json")
    }

    private func texts(_ session: SessionID) async throws -> [String] {
        try await world.stores.sessions.history(session, limit: 10_000).messages.map {
            try $0.parsed()["content"]?.arrayValue?.first?["text"]?.stringValue ?? ""
        }
    }

    private func say(_ text: String, in session: SessionID) async throws {
        try await world.database.write { connection in
            var writer = try TranscriptWriter(session, run: "run", on: connection)
            _ = try writer.insert(
                TranscriptWriter.NewRow(
                    role: "user",
                    json: Array(#"{"role":"user","content":[{"type":"text","text":"\#(text)"}]}"#.utf8),
                    text: text, createdAt: .now, id: randomUUID()))
            try writer.finish()
        }
    }

    @Test(arguments: [0..<3, 0..<2_100])
    func `a transcript that went on there gets its new lines`(first: Range<Int>) async throws {
        try write(first, to: "a")
        try list(["agent:main:a": "a"])
        #expect(try await imported()?.messages == first.count)
        #expect(try await imported() == nil)
        #expect(try await imported(triesAgain: true) == nil)

        try write(0..<first.count + 2, to: "a")
        let report = try #require(try await imported())
        #expect(report.messages == 2 && report.transcripts == 0 && report.isWhole)
        #expect(report.summary == "1 transcripts that went on, 2 messages")
        let page = try await world.stores.sessions.history("a", limit: 3)
        #expect(page.total == first.count + 2)
        #expect(try await texts("a").suffix(3) == (first.count - 1..<first.count + 2).map(String.init))
        #expect(try await imported() == nil)
        await world.database.close()
    }

    @Test(arguments: [false, true])
    func `one that went on there after people have begun anew here stands beside that`(isUsed: Bool)
        async throws
    {
        try write(0..<2, to: "a")
        try list(["agent:main:a": "a"])
        _ = try await imported()
        let other = try await world.stores.sessions.reset("agent:main:a").sessionID
        if isUsed { try await say("here", in: other) }

        try write(0..<3, to: "a")
        let report = try #require(try await imported())

        let place: SessionKey = isUsed ? "agent:main:a-earlier" : "agent:main:a"
        #expect(try await world.stores.sessions.entry(place)?.sessionID == "a")
        #expect(report.problems.contains { $0.contains("`agent:main:a-earlier`") } == isUsed)
        #expect(try await texts("a") == ["0", "1", "2"])
        if isUsed { #expect(try await world.stores.sessions.entry("agent:main:a")?.sessionID == other) }
        try write(0..<4, to: "a")
        #expect(try await imported()?.sessions == 0)
        await world.database.close()
    }

    @Test func `one that is cut off is taken as far as it goes, and the rest later`() async throws {
        let whole = line(0) + "\n" + line(1) + "\n" + line(2) + "\n"
        try world.folder.write(String(whole.dropLast(20)), to: "\(Self.sessions)/a.jsonl")
        #expect(try await imported()?.messages == 2)
        try world.folder.write(whole, to: "\(Self.sessions)/a.jsonl")
        #expect(try await imported()?.messages == 1)
        #expect(try await texts("a") == ["0", "1", "2"])
        await world.database.close()
    }

    @Test func `what was not there comes later, and what was said or deleted here stays so`() async throws {
        try write(0..<2, to: "a")
        try write(0..<2, to: "gone")
        try list(["agent:main:a": "a", "agent:main:gone": "gone", "agent:main:late": "late"])
        let first = try #require(try await imported())
        #expect(first.failures.count == 1 && first.failures[0].contains("`agent:main:late`"))
        #expect(try await imported() == nil, "that is told once")
        #expect(try await imported(triesAgain: true)?.failures == first.failures)
        _ = try await world.stores.sessions.delete("agent:main:gone")
        try await say("here", in: "a")

        try write(0..<2, to: "late")
        try write(0..<3, to: "gone")
        try list(
            ["agent:main:a": "a", "agent:main:gone": "gone", "agent:main:late": "late", "agent:main:b": "b"])
        try write(5..<6, to: "b")
        try world.folder.write(
            #"{"d":{"deviceId":"d","publicKey":"k"}}"#, to: "devices/paired.json")
        let second = try #require(try await imported())
        #expect(second.isWhole && second.failures == [] && second.transcripts == 2 && second.devices == 1)
        #expect(try await texts("late") == ["0", "1"])
        #expect(try await texts("b") == ["5"])
        #expect(try await texts("a") == ["0", "1", "here"])
        #expect(try await world.stores.sessions.entry("agent:main:b")?.sessionID == "b")
        #expect(try await world.stores.sessions.entry("agent:main:gone") == nil)
        #expect(try await texts("gone") == [])
        #expect(second.summary.contains("1 transcripts that you have deleted"))

        _ = try await world.stores.devices.remove("d")
        try world.folder.write(
            #"{"d":{"deviceId":"d","publicKey":"k"},"e":{"deviceId":"e","publicKey":"k"}}"#,
            to: "devices/paired.json")
        #expect(try await imported()?.devices == 1)
        #expect(try await world.stores.devices.paired().map(\.deviceID) == ["e"])
        await world.database.close()
    }

    @Test func `one that went on at both places stays, is named, and comes when it is deleted here`()
        async throws
    {
        try write(0..<2, to: "a")
        try list(["agent:main:a": "a"])
        _ = try await imported()
        try await say("here", in: "a")
        try write(0..<4, to: "a")

        let report = try #require(try await imported())
        #expect(report.messages == 0 && report.failures.count == 1)
        #expect(report.failures.first?.contains("`agent:main:a (\(Self.sessions)/a.jsonl)`") == true)
        #expect(try await texts("a") == ["0", "1", "here"])
        #expect(try await imported() == nil, "that is told once")
        #expect(try await imported(triesAgain: true)?.failures == report.failures)

        _ = try await world.stores.sessions.delete("agent:main:a")
        let after = try #require(try await imported())
        #expect(after.failures == [] && after.messages == 4)
        #expect(try await texts("a") == ["0", "1", "2", "3"])
        #expect(try await world.stores.sessions.entry("agent:main:a")?.sessionID == "a")
        #expect(try await imported(triesAgain: true) == nil)
        await world.database.close()
    }

    @Test(arguments: [false, true])
    func `a session that was begun anew there is so here, unless people went on here`(isUsed: Bool)
        async throws
    {
        try write(0..<2, to: "a")
        try list(["agent:main:a": "a"])
        _ = try await imported()
        if isUsed { try await say("here", in: "a") }
        try write(9..<10, to: "b")
        try list(["agent:main:a": "b"])
        let report = try #require(try await imported())
        #expect(report.sessions == 1 && report.movedSessions == (isUsed ? 1 : 0))
        #expect(try await world.stores.sessions.entry("agent:main:a")?.sessionID == (isUsed ? "a" : "b"))
        let earlier = try await world.stores.sessions.entry("agent:main:a-earlier")
        #expect(earlier?.sessionID == (isUsed ? "b" : nil))
        await world.database.close()
    }

    @Test func `a session that was begun anew here does not come back`() async throws {
        try write(0..<2, to: "a")
        try list(["agent:main:a": "a"])
        _ = try await imported()
        try await world.database.write {
            try SessionTable(connection: $0).save(SessionEntry(key: "agent:main:a", sessionID: "fresh"))
        }
        try list(["agent:main:a": "a"], updatedAt: 6)
        #expect(try await imported()?.sessions == 0)
        #expect(try await world.stores.sessions.entry("agent:main:a")?.sessionID == "fresh")
        await world.database.close()
    }

    @Test func `runs of jobs come once, also after a crash before the end`() async throws {
        let run = #"{"ts":1,"jobId":"j","action":"finished"}"# + "\n"
        try world.folder.write(run, to: "cron/runs/j.jsonl")
        #expect(try await imported()?.cronRuns == 1)
        try await world.stores.meta.set("import.openclaw", nil)
        #expect(try await imported()?.cronRuns == 0)
        try world.folder.write(run + run.replacing("1", with: "2"), to: "cron/runs/j.jsonl")
        #expect(try await imported()?.cronRuns == 1)
        #expect(try await world.stores.cron.runs(job: "j").count == 2)
        await world.database.close()
    }

    @Test func `of a database comes what is new in it`() async throws {
        let name = "agents/main/agent/openclaw-agent.sqlite"
        try world.folder.write("", to: name)
        func change(_ statements: [String]) throws {
            let source = try Connection.openAlone(world.folder.path + "/" + name)
            for statement in statements { try source.run(statement) }
            source.close()
        }
        func event(_ session: String, _ number: Int) -> String {
            "INSERT INTO transcript_events VALUES ('\(session)', \(number), '\(line(number))', NULL)"
        }
        func node(_ key: String, _ session: String) -> String {
            "INSERT INTO session_nodes VALUES ('\(key)', '\(session)', '{\"sessionId\":\"\(session)\"}', NULL, NULL)"
        }
        try change(
            [
                "CREATE TABLE session_nodes (session_key TEXT, current_session_id TEXT, entry_json TEXT, label TEXT, display_name TEXT)",
                "CREATE TABLE transcript_events (session_id TEXT, seq INTEGER, event_json TEXT, event_zstd BLOB, PRIMARY KEY (session_id, seq))",
            ] + [event("a", 0), event("b", 0), node("agent:main:a", "a"), node("agent:main:b", "b")])
        // An older copy of the same, which the database has the newer word on.
        try world.folder.write(line(7, "old"), to: "\(Self.sessions)/a.jsonl")
        #expect(try await imported()?.messages == 2)
        try await say("here", in: "b")

        try change([event("a", 1), event("b", 1), event("c", 0), node("agent:main:c", "c")])
        try world.folder.write(line(7, "older"), to: "\(Self.sessions)/a.jsonl")
        let report = try #require(try await imported())
        #expect(report.messages == 2 && report.transcripts == 1 && report.sessions == 1)
        #expect(report.failures.count == 1 && report.failures[0].contains("agent:main:b"))
        #expect(try await texts("a") == ["0", "1"])
        #expect(try await texts("b") == ["0", "here"])
        #expect(try await texts("c") == ["0"])

        _ = try await world.stores.sessions.delete("agent:main:b")
        #expect(try await imported()?.messages == 2)
        #expect(try await texts("b") == ["0", "1"])
        #expect(try await world.stores.sessions.entry("agent:main:b") != nil)
        await world.database.close()
    }

    @Test func `of an earlier release's import a start reads what came or changed after it`() async throws {
        try write(0..<2, to: "a")
        try write(0..<2, to: "gone")
        try list(["agent:main:a": "a", "agent:main:gone": "gone"])
        _ = try await imported()
        _ = try await world.stores.sessions.delete("agent:main:gone")
        try await world.database.write { try $0.run("DELETE FROM imported") }
        let from = try #require(RealPath.of(world.folder.path))
        try await world.stores.meta.set(
            "import.openclaw", #"{"at":\#(Timestamp.now.milliseconds + 60_000),"from":"\#(from)"}"#)
        #expect(try await imported() == nil)

        try await world.stores.meta.set(
            "import.openclaw", #"{"at":\#(Timestamp.now.milliseconds),"from":"\#(from)"}"#)
        try await Task.sleep(for: .milliseconds(20))
        try write(0..<3, to: "a")
        #expect(try await imported()?.messages == 1)
        #expect(try await texts("gone") == [])
        #expect(try await imported() == nil)
        await world.database.close()
    }

    @Test func `of an earlier release's import all that is not here is due when it is asked for`()
        async throws
    {
        try write(0..<2, to: "a")
        _ = try await imported()
        try await world.database.write { try $0.run("DELETE FROM imported") }
        try await world.stores.meta.set("import.openclaw", #"{"from":"/elsewhere"}"#)
        try write(0..<1, to: "b")
        #expect(try await imported() == nil)
        let report = try #require(try await imported(triesAgain: true))
        #expect(report.messages == 1 && report.transcripts == 1)
        #expect(try await imported(triesAgain: true) == nil)
        await world.database.close()
    }

    @Test func `a first part without conversations makes the whole no other installation`() async throws {
        let (first, whole) = (try TemporaryFolder(), try TemporaryFolder())
        try first.write("{}", to: "devices/paired.json")
        try whole.write(line(0), to: "\(Self.sessions)/a.jsonl")
        func stateImport(_ folder: TemporaryFolder) -> StateImport {
            StateImport(stateDirectory: folder.path, database: world.database)
        }
        _ = try await stateImport(first).run(triesAgain: true)
        #expect(try await stateImport(whole).otherInstallation() == nil)
        #expect(try await stateImport(whole).run(triesAgain: true)?.transcripts == 1)
        await world.database.close()
    }

    @Test func `a start with nothing new looks at many files in no time`() async throws {
        for number in 0..<300 { try write(0..<1, to: "s\(number)") }
        _ = try await imported()
        let start = ContinuousClock.now
        #expect(try await imported() == nil)
        // A few milliseconds in a release build on a machine with nothing else to do.
        #expect(ContinuousClock.now - start < .seconds(1))
        await world.database.close()
    }
}
