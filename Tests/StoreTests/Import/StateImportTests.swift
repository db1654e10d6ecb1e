import Core
import Testing

@testable import Store

@Suite(.timeLimit(.minutes(1)))
struct StateImportTests {
    private func january(_ more: [(path: String, text: String)] = []) throws -> TestStores {
        let world = try TestStores()
        for file in JanuaryState.files + more { try world.folder.write(file.text, to: file.path) }
        return world
    }

    private func imported(_ world: TestStores) async throws -> ImportReport? {
        try await StateImport(stateDirectory: world.folder.path, database: world.database).run()
    }

    private static let main: SessionID = "d49cbc4a-e5a0-416b-b206-5ff16352cef6"

    @Test func `January's state directory is taken over`() async throws {
        let world = try january()
        let report = try #require(try await imported(world))
        #expect(report.problems == [] && report.skippedLines == 0)
        #expect(report.sessions == 9 && report.devices == 3 && report.cronJobs == 3 && report.cronRuns == 1)
        let files = JanuaryState.files.filter { $0.path.hasSuffix(".jsonl") && $0.path.hasPrefix("agents/") }
        #expect(report.transcripts == files.count)
        let lines = files.flatMap { $0.text.split(separator: "\n") }
        #expect(report.messages == lines.filter { $0.hasPrefix(#"{"type":"message""#) }.count)

        let sessions = world.stores.sessions
        let entry = try #require(try await sessions.entry("agent:main:main"))
        #expect(entry.sessionID == Self.main && entry.model == "fake-1" && entry.contextTokens == 128_000)
        #expect(entry.extra["origin"]?["provider"] == "webchat")
        #expect(entry.extra["skillsSnapshot"] == nil && entry.extra["sessionFile"] == nil)
        let page = try await sessions.history(Self.main, limit: 1_000)
        #expect(page.total > 20 && page.messages.count == page.total)
        for message in page.messages {
            let json = try message.parsed()
            #expect(json["content"]?.arrayValue != nil && json["timestamp"]?.intValue != nil)
            #expect(!json.text.contains("[message_id:"))
        }
        #expect(try await !sessions.tail(Self.main, maxBytes: 100_000).messages.isEmpty)
        #expect(try await sessions.row("agent:nope:x")?.firstUserText != nil)
        #expect(try await world.database.check() == [])
        await world.database.close()
    }

    @Test func `devices keep their tokens and jobs their state`() async throws {
        let world = try january()
        _ = try await imported(world)
        let device = try #require(
            try await world.stores.devices.paired(
                "37f05c23b442e3bdb3dc793d8183a06bb76f0f862337cb78679953902e4116cb"))
        #expect(device.publicKey == "WLwgBwetV6M7gzknJctz4TnfaJaOgPMqiMICy2Ou5PE")
        #expect(device.tokens["operator"]?.secret.matches("b66cfdb6901946a8aef9b367a6bbb5e8") == true)
        let jobs = try await world.stores.cron.jobs()
        #expect(jobs.map(\.name) == ["sys2", "once", "expr"])
        #expect(jobs[1].state["lastStatus"] == "ok" && jobs[1].document["state"] == nil)
        #expect(try await world.stores.cron.runs(job: jobs[1].id).first?.document["status"] == "ok")
        await world.database.close()
    }

    @Test func `it is done once, and the originals are kept`() async throws {
        let world = try january()
        _ = try await imported(world)
        _ = try await world.stores.sessions.delete("agent:main:main")
        #expect(try await imported(world) == nil)
        #expect(try await world.stores.sessions.entry("agent:main:main") == nil)
        for file in JanuaryState.files {
            #expect(try world.folder.bytes(of: file.path) == Array(file.text.utf8), "\(file.path)")
        }
        await world.database.close()
    }

    @Test func `nothing to import is no import`() async throws {
        let world = try TestStores()
        #expect(try await imported(world) == nil)
        // The files may come later, with a volume that is copied over.
        try world.folder.write("{}", to: "agents/main/sessions/sessions.json")
        #expect(try await imported(world)?.sources == ["agents/main/sessions"])
        await world.database.close()
    }

    @Test func `pairings and allow lists come over, with their accounts`() async throws {
        let world = try january([
            (
                "credentials/telegram-pairing.json",
                #"{"version":1,"requests":[{"id":"42","code":"ABCD2345","createdAt":"2026-02-17T10:00:00.000Z","lastSeenAt":"2026-02-17T10:05:00.000Z","meta":{"username":"ada"}},{"code":"x"}]}"#
            ),
            ("credentials/telegram-allowFrom.json", #"{"version":1,"allowFrom":["7","*"]}"#),
            ("credentials/discord-work-allowFrom.json", #"{"version":1,"allowFrom":["99"]}"#),
        ])
        let report = try #require(try await imported(world))
        #expect(report.pairingRequests == 1 && report.allowedSenders == 3 && report.skippedLines == 1)
        let request = try #require(try await world.stores.pairing.requests().first)
        #expect(request.sender == "42" && request.code == "ABCD2345" && request.meta?["username"] == "ada")
        #expect(request.lastSeenAt.milliseconds - request.createdAt.milliseconds == 300_000)
        #expect(Set(try await world.stores.pairing.allowed(channel: "telegram")) == ["7", "*"])
        #expect(try await world.stores.pairing.allowed(channel: "discord", account: "work") == ["99"])
        await world.database.close()
    }

    @Test func `bad lines are counted, and bad files told, and the rest comes over`() async throws {
        let good = #"{"type":"message","id":"a","message":{"role":"user","content":"hi","timestamp":5}}"#
        let world = try january([
            ("agents/main/sessions/bad.jsonl", "\(good)\n{\"type\":\n\n\u{0}\u{1}\n\(good)\n{\"cut"),
            ("agents/other/sessions/sessions.json", "{ not json"),
            ("devices/paired.json", "[1,2"),
        ])
        let report = try #require(try await imported(world))
        #expect(report.skippedLines == 3)
        #expect(report.failures.count == 2 && report.failures.contains { $0.contains("devices/paired.json") })
        #expect(try await world.stores.sessions.history("bad", limit: 9).total == 2)
        #expect(report.cronJobs == 3)
        await world.database.close()
    }

    @Test func `keys of old versions get their agent, and a label that is taken is dropped`() async throws {
        let world = try TestStores()
        try world.folder.write(
            #"{"Main":{"sessionId":"a","label":"x"},"agent:work:y":{"sessionId":"b","label":"x"},"global":{"sessionId":"c"},"broken":7}"#,
            to: "agents/work/sessions/sessions.json")
        #expect(try await imported(world)?.sessions == 3)
        let sessions = world.stores.sessions
        #expect(try await sessions.entry("agent:work:main")?.sessionID == "a")
        #expect(try await sessions.entry("agent:work:y")?.label == nil)
        #expect(try await sessions.entry(.global)?.sessionID == "c")
        await world.database.close()
    }

    @Test func `a topic has a transcript of its own`() async throws {
        let world = try TestStores()
        let line = #"{"type":"message","message":{"role":"user","content":"in the topic","timestamp":5}}"#
        try world.folder.write(line, to: "agents/main/sessions/a-topic-7.jsonl")
        try world.folder.write(
            #"{"agent:main:telegram:group:1:topic:7":{"sessionId":"a","sessionFile":"/old/place/a-topic-7.jsonl"}}"#,
            to: "agents/main/sessions/sessions.json")
        _ = try await imported(world)
        let entry = try #require(try await world.stores.sessions.entry("agent:main:telegram:group:1:topic:7"))
        #expect(try await world.stores.sessions.history(entry.sessionID, limit: 9).total == 1)
        await world.database.close()
    }

    @Test func `a summary of the original's stands for what it stood for there`() async throws {
        let world = try TestStores()
        let lines = [
            #"{"type":"message","id":"a","message":{"role":"user","content":"one","timestamp":1}}"#,
            #"{"type":"message","id":"b","message":{"role":"user","content":"two","timestamp":2}}"#,
            #"{"type":"compaction","id":"c","summary":"One was said.","firstKeptEntryId":"b","tokensBefore":9,"timestamp":"2026-11-22T15:51:02.264Z"}"#,
            #"{"type":"message","id":"d","message":{"role":"user","content":"three","timestamp":3}}"#,
        ]
        try world.folder.write(lines.joined(separator: "\n"), to: "agents/main/sessions/short.jsonl")
        #expect(try await imported(world)?.messages == 4)

        let tail = try await world.stores.sessions.tail("short", maxBytes: 1 << 20)
        #expect(tail.summary?.summary == "One was said." && tail.summary?.tokensBefore == 9)
        #expect(tail.messages.map(\.plainText) == ["two", "three"])
        await world.database.close()
    }

    @Test func `a crash in the middle leaves no half transcript, and the next start reads it all`()
        async throws
    {
        let world = try TestStores()
        let lines = (0..<5_000).map {
            #"{"type":"message","message":{"role":"user","content":"line \#($0)","timestamp":5}}"#
        }
        try world.folder.write(lines.joined(separator: "\n"), to: "agents/main/sessions/long.jsonl")
        // The first piece only, as a process that died after its first transaction leaves it.
        try await world.database.write { connection in
            var intake = try TranscriptIntake("long", on: connection)
            for line in lines.prefix(2_000) {
                try intake.add(JSON.parse(line))
            }
            try intake.pause()
        }
        #expect(try await world.stores.sessions.history("long", limit: 9).total == 0)
        #expect(try await imported(world)?.messages == 5_000)
        #expect(try await world.stores.sessions.history("long", limit: 9).total == 5_000)
        _ = try await world.database.prune()
        let rows = try await world.database.read {
            try $0.first("SELECT count(*) FROM messages") { $0.int(0) }
        }
        #expect(rows == 5_000)
        await world.database.close()
    }

    @Test func `what was taken before a crash is counted as here already`() async throws {
        let world = try january()
        let first = try #require(try await imported(world))
        // As a process that died right before its end leaves it.
        try await world.stores.meta.set("import.openclaw", nil)
        let report = try #require(try await imported(world))
        #expect(report.sessions == 0 && report.transcripts == 0 && report.messages == 0)
        #expect(report.knownSessions == 9 && report.knownTranscripts == first.transcripts)
        #expect(report.summary.contains("9 sessions that were here already"))
        await world.database.close()
    }

    private static func line(_ text: String) -> String {
        #"{"type":"message","message":{"role":"user","content":"\#(text)","timestamp":5}}"#
    }

    @Test func `who talks here keeps the key, and what was said there gets another`() async throws {
        let world = try TestStores()
        for session in ["main", "wide", "quiet"] {
            try world.folder.write(Self.line(session), to: "agents/main/sessions/\(session).jsonl")
        }
        try world.folder.write(
            #"{"main":{"sessionId":"main"},"global":{"sessionId":"wide"},"agent:main:x":{"sessionId":"quiet"},"agent:main:y":{"sessionId":"gone"}}"#,
            to: "agents/main/sessions/sessions.json")
        let sessions = world.stores.sessions
        try await world.database.write { connection in
            for (key, session) in [("agent:main:main", "m"), ("global", "g"), ("agent:main:y", "y")] {
                try SessionTable(connection: connection).save(
                    SessionEntry(key: SessionKey(key), sessionID: SessionID(session)))
                var intake = try TranscriptIntake(SessionID(session), on: connection)
                try intake.add(JSON.parse(Self.line("here")))
                try intake.finish(from: "")
            }
            // Opened here, and nothing said.
            try SessionTable(connection: connection).save(SessionEntry(key: "agent:main:x", sessionID: "e"))
        }

        for round in 1...2 {
            try await world.stores.meta.set("import.openclaw", nil)
            let report = try #require(try await imported(world))
            #expect(report.sessions == (round == 1 ? 3 : 0) && report.movedSessions == (round == 1 ? 2 : 0))
            #expect(report.problems.count == report.movedSessions)
        }
        #expect(try await sessions.entry("agent:main:main")?.sessionID == "m")
        #expect(try await sessions.entry("agent:main:main-earlier")?.sessionID == "main")
        #expect(try await sessions.entry("agent:main:global-earlier")?.sessionID == "wide")
        #expect(try await sessions.entry("agent:main:x")?.sessionID == "quiet")
        #expect(try await sessions.entry("agent:main:y")?.sessionID == "y")
        #expect(try await sessions.entry("agent:main:y-earlier") == nil)
        await world.database.close()
    }

    @Test func `a list of sessions elsewhere counts, and so do transcripts beside it`() async throws {
        let world = try TestStores()
        try world.folder.write(Self.line("usual"), to: "agents/main/sessions/a.jsonl")
        try world.folder.write(Self.line("beside"), to: "elsewhere/b.jsonl")
        try world.folder.write(
            #"{"agent:main:a":{"sessionId":"a"},"agent:main:b":{"sessionId":"b"}}"#, to: "elsewhere/list.json"
        )
        let stateImport = StateImport(
            stateDirectory: world.folder.path, database: world.database,
            sessionLists: ["main": world.folder.path + "/elsewhere/list.json"])
        let report = try #require(try await stateImport.run())
        #expect(report.sessions == 2 && report.transcripts == 2 && report.messages == 2)
        await world.database.close()
    }

    // MARK: Today's stores

    private func today() throws -> TestStores {
        let world = try TestStores()
        let rows = try JSON.parse(TodayRows.json)
        try fill(rows["agent"], "agents/main/agent/openclaw-agent.sqlite", in: world.folder)
        try fill(rows["state"], "state/openclaw.sqlite", in: world.folder)
        return world
    }

    /// Makes a database as the original does, from its columns and rows.
    private func fill(_ tables: JSON?, _ name: String, in folder: TemporaryFolder) throws {
        try folder.write("", to: name)
        let connection = try Connection.openAlone(folder.path + "/" + name)
        for (table, content) in try #require(tables?.objectValue) {
            let columns = try #require(content["columns"]?.arrayValue)
            let names = columns.compactMap { $0["name"]?.stringValue }
            let keys = columns.filter { $0["key"] == true }.compactMap { $0["name"]?.stringValue }
            let types = columns.compactMap { $0["type"]?.stringValue }
            let fields =
                zip(names, types).map { "\($0) \($1)" } + ["PRIMARY KEY (\(keys.joined(separator: ", ")))"]
            try connection.run("CREATE TABLE \(table) (\(fields.joined(separator: ", ")))")
            let marks = names.map { _ in "?" }.joined(separator: ", ")
            for row in content["rows"]?.arrayValue ?? [] {
                let values = (row.arrayValue ?? []).map(value)
                try connection.each("INSERT INTO \(table) VALUES (\(marks))", values: values) { _ in true }
            }
        }
        connection.close()
    }

    private func value(_ json: JSON) -> any SQLBindable {
        switch json {
        case .string(let text): text
        case .integer(let number): number
        case .number(let number): number
        default: SQLValue.null
        }
    }

    @Test func `today's stores are taken over`() async throws {
        let world = try today()
        let report = try #require(try await imported(world))
        #expect(report.problems == [] && report.skippedLines == 0)
        #expect(report.transcripts == 3 && report.messages == 21 && report.devices == 6)
        #expect(report.sources == ["agents/main/agent/openclaw-agent.sqlite", "state/openclaw.sqlite"])
        let entry = try #require(try await world.stores.sessions.entry("agent:main:main"))
        #expect(entry.sessionID == "569a7902-0ac9-4946-b117-7a4e97c9a487" && entry.totalTokens == 100)
        let page = try await world.stores.sessions.history(entry.sessionID, limit: 100)
        #expect(
            page.messages.first.map { try? $0.parsed()["content"] }
                == .some([["type": "text", "text": "hi"]]))
        #expect(page.messages.first?.role == "user" && page.messages.last?.role == "assistant")
        #expect(try await world.stores.sessions.entry("agent:main:slash")?.modelOverride?.model == "fake-2")
        // Of five jobs one is a person's; the others the original makes by itself.
        #expect(try await world.stores.cron.jobs().map(\.name) == ["expr"])
        #expect(
            try await world.stores.devices.paired().allSatisfy { $0.tokens.count == 1 && !$0.roles.isEmpty })
        #expect(try await imported(world) == nil)
        await world.database.close()
    }

    @Test @MainActor func `an import that could not keep the approvals is tried again`() async throws {
        struct Full: Error {}
        let world = try TestStores()
        let approvals: JSON = [
            "exec_approvals_config": [
                "columns": [
                    ["name": "config_key", "type": "TEXT", "key": true],
                    ["name": "raw_json", "type": "TEXT"],
                ], "rows": [["current", "{rules}"]],
            ]
        ]
        try fill(approvals, "state/openclaw.sqlite", in: world.folder)
        let stateImport = StateImport(stateDirectory: world.folder.path, database: world.database)
        await #expect(throws: Full.self) { try await stateImport.run { _ in throw Full() } }
        var kept: [String] = []
        #expect(try await stateImport.run { kept.append($0) } != nil)
        #expect(try await stateImport.run { kept.append($0) } == nil)
        #expect(kept == ["{rules}"])
        await world.database.close()
    }

    @Test func `what both have is taken from the newer store`() async throws {
        let world = try today()
        try world.folder.write(
            #"{"agent:main:main":{"sessionId":"older"},"agent:main:only-here":{"sessionId":"older"}}"#,
            to: "agents/main/sessions/sessions.json")
        _ = try await imported(world)
        #expect(
            try await world.stores.sessions.entry("agent:main:main")?.sessionID
                == "569a7902-0ac9-4946-b117-7a4e97c9a487")
        #expect(try await world.stores.sessions.entry("agent:main:only-here")?.sessionID == "older")
        await world.database.close()
    }

    @Test func `transcripts of any length are copied in pieces`() async throws {
        let world = try TestStores()
        try world.folder.write("", to: "agents/main/agent/openclaw-agent.sqlite")
        let path = world.folder.path + "/agents/main/agent/openclaw-agent.sqlite"
        let source = try Connection.openAlone(path)
        try source.run(
            "CREATE TABLE session_nodes (session_key TEXT, current_session_id TEXT, entry_json TEXT, label TEXT, display_name TEXT)"
        )
        try source.run(
            "CREATE TABLE transcript_events (session_id TEXT, seq INTEGER, event_json TEXT, event_zstd BLOB, PRIMARY KEY (session_id, seq))"
        )
        try source.run("BEGIN")
        for session in ["a", "b", "c"] {
            for sequence in 0..<1_500 {
                let event =
                    #"{"type":"message","message":{"role":"user","content":"\#(session)\#(sequence)","timestamp":5}}"#
                try source.run(
                    "INSERT INTO transcript_events VALUES (?, ?, ?, NULL)", session, sequence, event)
            }
        }
        try source.run("COMMIT")
        source.close()
        let report = try #require(try await imported(world))
        #expect(report.messages == 4_500 && report.transcripts == 3 && report.problems == [])
        for session in ["a", "b", "c"] {
            let page = try await world.stores.sessions.history(SessionID(session), limit: 1_000)
            #expect(page.total == 1_500)
            #expect(
                try page.messages.last?.parsed()["content"] == [
                    ["type": "text", "text": .string("\(session)1499")]
                ])
        }
        await world.database.close()
    }

    @Test func `compressed events are unpacked`() async throws {
        // `{"type":"message","message":{"role":"user","content":"zstd zstd zstd zstd zstd zstd zstd zstd","timestamp":5}}`
        let packed: [UInt8] = ZstdSample.bytes
        let unpacked = try #require(Zstandard.shared?.decompressed(packed))
        let message = try #require(ImportedMessage(event: JSON.parse(unpacked)))
        #expect(message.row.text == "zstd zstd zstd zstd zstd zstd zstd zstd")
        #expect(Zstandard.shared?.decompressed(Array(packed.dropLast(3))) == nil)
        #expect(Zstandard.shared?.decompressed([1, 2, 3]) == nil)
        #expect(Zstandard.shared?.decompressed([]) == nil)
    }

    @Test func `a store that is no database is told, and the rest comes over`() async throws {
        let world = try january([
            ("agents/main/agent/openclaw-agent.sqlite", String(repeating: "x", count: 5_000))
        ])
        let report = try #require(try await imported(world))
        #expect(report.failures.count == 1 && report.failures[0].contains("openclaw-agent.sqlite"))
        #expect(report.sessions == 9)
        await world.database.close()
    }

    // MARK: What could not be read

    @Test func `a broken file is told once, and read when it is another`() async throws {
        let world = try january([("devices/paired.json", "[1,2")])
        let first = try #require(try await imported(world))
        #expect(!first.isWhole && first.devices == 0 && first.sessions == 9)
        _ = try await world.stores.sessions.delete("agent:main:main")
        #expect(try await imported(world) == nil)
        let again = try await StateImport(stateDirectory: world.folder.path, database: world.database)
            .run(triesAgain: true)
        #expect(again?.failures == first.failures)

        let whole = try #require(JanuaryState.files.first { $0.path == "devices/paired.json" })
        try world.folder.write(whole.text, to: whole.path)

        let second = try #require(try await imported(world))
        #expect(second.isWhole && second.devices == 3 && second.sessions == 0 && second.cronJobs == 0)
        #expect(try await world.stores.sessions.entry("agent:main:main") == nil, "what is deleted stays so")
        #expect(try await imported(world) == nil)
        await world.database.close()
    }

    @Test func `a broken file that is taken away is missed no longer`() async throws {
        let world = try january([("devices/paired.json", "[1,2")])
        _ = try await imported(world)
        try world.folder.remove("devices/paired.json")
        #expect(try await imported(world)?.isWhole == true)
        #expect(try await imported(world) == nil)
        await world.database.close()
    }

    @Test func `a database in use comes when it is free, and what is older waits for it`() async throws {
        let world = try today()
        for path in [
            "agents/main/sessions/older.jsonl",
            "agents/main/sessions/569a7902-0ac9-4946-b117-7a4e97c9a487.jsonl",
        ] {
            try world.folder.write(Self.line("old"), to: path)
        }
        try world.folder.write(
            #"{"agent:main:only-here":{"sessionId":"older"}}"#, to: "agents/main/sessions/sessions.json")
        let names = ["agents/main/agent/openclaw-agent.sqlite", "state/openclaw.sqlite"]
        let users = try names.map { try Connection.openAlone(world.folder.path + "/" + $0) }
        let first = try #require(try await imported(world))
        #expect(first.failures.count == 2 && first.failures.allSatisfy { $0.contains("another program") })
        #expect(first.transcripts == 0 && first.sessions == 0 && first.devices == 0)
        for user in users { user.close() }

        let second = try #require(try await imported(world))
        #expect(second.isWhole && second.transcripts == 4 && second.devices == 6)
        let id: SessionID = "569a7902-0ac9-4946-b117-7a4e97c9a487"
        #expect(try await world.stores.sessions.history(id, limit: 100).total > 1, "the newer one")
        #expect(try await world.stores.sessions.entry("agent:main:only-here")?.sessionID == "older")
        #expect(try await imported(world) == nil)
        await world.database.close()
    }

    @Test func `what is missing is taken from a copy elsewhere, and what is not there stays missing`()
        async throws
    {
        let (world, copy) = (
            try january([("devices/paired.json", "["), ("cron/jobs.json", "[")]), try TemporaryFolder()
        )
        _ = try await imported(world)
        let whole = try #require(JanuaryState.files.first { $0.path == "devices/paired.json" })
        try copy.write(whole.text, to: whole.path)
        let elsewhere = StateImport(stateDirectory: copy.path, database: world.database)
        #expect(try await elsewhere.run() == nil, "a start is of its own folder")
        let report = try #require(try await elsewhere.run(triesAgain: true))
        #expect(report.devices == 3 && report.isWhole)
        let jobs = try #require(JanuaryState.files.first { $0.path == "cron/jobs.json" })
        try world.folder.write(jobs.text, to: jobs.path)
        #expect(try await imported(world)?.cronJobs == 3)
        await world.database.close()
    }

    /// A page that is no part of a table: what the table says cannot be read, and the rest of the database can.
    private func damage(_ table: String, of name: String, in folder: TemporaryFolder) throws -> [UInt8] {
        let connection = try Connection.openAlone(folder.path + "/" + name)
        let page = try #require(
            try connection.first("SELECT rootpage FROM sqlite_master WHERE name = ?", table) { $0.int(0) })
        let size = try #require(try connection.first("PRAGMA page_size") { $0.int(0) })
        connection.close()
        let whole = try folder.bytes(of: name)
        var bytes = whole
        for index in ((page - 1) * size)..<(page * size) { bytes[index] = 0xFF }
        try folder.write(bytes, to: name)
        return whole
    }

    @Test(arguments: ["cron_jobs", "cron_run_receipts", "channel_pairing_allow_entries"])
    func `of a database with a broken table the rest comes, and stays away when it is deleted`(
        table: String
    ) async throws {
        let world = try today()
        let name = "state/openclaw.sqlite"
        let whole = try damage(table, of: name, in: world.folder)
        let first = try #require(try await imported(world))
        #expect(!first.isWhole && first.devices == 6)
        for device in try await world.stores.devices.paired() {
            _ = try await world.stores.devices.remove(device.deviceID)
        }
        let isOfJobs = table == "cron_jobs"
        #expect(try await world.stores.cron.jobs().isEmpty == isOfJobs)
        let elsewhere = StateImport(stateDirectory: world.folder.path, database: world.database)
        #expect(try await elsewhere.run(triesAgain: true)?.isWhole == false)

        try world.folder.write(whole, to: name)

        let second = try #require(try await imported(world))
        #expect(second.isWhole && second.devices == 0 && second.cronJobs == (isOfJobs ? 1 : 0))
        #expect(try await world.stores.devices.paired().isEmpty)
        await world.database.close()
    }

    @Test func `a conversation that is deleted stays away though the logins beside it were broken`()
        async throws
    {
        let world = try today()
        let name = "agents/main/agent/openclaw-agent.sqlite"
        let connection = try Connection.openAlone(world.folder.path + "/" + name)
        try connection.run("CREATE TABLE IF NOT EXISTS auth_profile_store (store_key TEXT, store_json TEXT)")
        connection.close()
        let whole = try damage("auth_profile_store", of: name, in: world.folder)
        let first = try #require(try await imported(world))
        #expect(!first.isWhole && first.sessions > 0)
        _ = try await world.stores.sessions.delete("agent:main:slash")

        try world.folder.write(whole, to: name)

        #expect(try await imported(world)?.isWhole == true)
        #expect(try await world.stores.sessions.entry("agent:main:slash") == nil)
        await world.database.close()
    }

    @Test func `a session whose entry is damaged is named and left open alone`() async throws {
        let world = try today()
        let name = "agents/main/agent/openclaw-agent.sqlite"
        let whole = try world.folder.bytes(of: name)
        let all = try #require(try await imported(today())).sessions
        let connection = try Connection.openAlone(world.folder.path + "/" + name)
        try connection.run(
            "UPDATE session_nodes SET entry_json = substr(entry_json, 1, 9) WHERE session_key = 'agent:main:main'"
        )
        connection.close()
        let first = try #require(try await imported(world))
        #expect(!first.isWhole && first.sessions == all - 1 && first.failures.count == 1)
        #expect(first.failures.first?.contains("1 sessions") == true)
        #expect(first.failures.first?.contains("`agent:main:main`") == true)
        #expect(try await imported(world) == nil)
        _ = try await world.stores.sessions.delete("agent:main:slash")

        try world.folder.write(whole, to: name)

        let second = try #require(try await imported(world))
        #expect(second.isWhole && second.sessions == 1)
        #expect(try await world.stores.sessions.entry("agent:main:main") != nil)
        #expect(try await world.stores.sessions.entry("agent:main:slash") == nil)
        await world.database.close()
    }

    @Test func `a message that is damaged is told, and the rest of its conversation comes`() async throws {
        let world = try today()
        let connection = try Connection.openAlone(
            world.folder.path + "/agents/main/agent/openclaw-agent.sqlite")
        let id = try #require(
            try connection.first("SELECT session_id FROM transcript_events") { $0.text(0) })
        try connection.run(
            "UPDATE transcript_events SET event_json = '{\"a' WHERE session_id = ? AND seq = 1", id)
        connection.close()
        let report = try #require(try await imported(world))
        #expect(report.skippedLines == 1 && report.failures.count == 1)
        #expect(report.failures.first?.contains("`\(id)`") == true)
        #expect(report.transcripts == 3)
        await world.database.close()
    }

    @Test func `what waits for a database a second time is no more than what waited before`() async throws {
        let world = try today()
        let older = "agents/main/sessions/older.jsonl"
        try world.folder.write(Self.line("old"), to: older)
        try world.folder.write(
            #"{"agent:main:old":{"sessionId":"older"}}"#, to: "agents/main/sessions/sessions.json")
        try world.folder.write(#"{"allowFrom":["7"]}"#, to: "credentials/telegram-allowFrom.json")
        let names = ["agents/main/agent/openclaw-agent.sqlite", "state/openclaw.sqlite"]
        let whole = try names.map { try world.folder.bytes(of: $0) }
        for name in names { try world.folder.write(String(repeating: "x", count: 5_000), to: name) }
        #expect(try await imported(world)?.isWhole == false)
        _ = try await world.stores.sessions.delete("agent:main:old")
        _ = try await world.stores.pairing.disallow("7", channel: "telegram", account: nil)

        for (name, bytes) in zip(names, whole) { try world.folder.write(bytes, to: name) }
        let users = try names.map { try Connection.openAlone(world.folder.path + "/" + $0) }
        #expect(try await imported(world)?.isWhole == false)
        for user in users { user.close() }

        #expect(try await imported(world)?.isWhole == true)
        #expect(try await world.stores.sessions.entry("agent:main:old") == nil)
        #expect(try await world.stores.pairing.allowed(channel: "telegram") == [])
        await world.database.close()
    }

    @Test func `tables that the original has not made are as good as empty`() async throws {
        let world = try today()
        let path = world.folder.path + "/state/openclaw.sqlite"
        let source = try Connection.openAlone(path)
        for table in ["cron_jobs", "device_pairing_paired"] { try source.run("DROP TABLE \(table)") }
        source.close()
        #expect(try await imported(world)?.isWhole == true)
        await world.database.close()
    }

    @Test(arguments: ["[]", "null"])
    func `a list of sessions that is none is told`(text: String) async throws {
        let world = try TestStores()
        try world.folder.write(Self.line("hi"), to: "agents/main/sessions/a.jsonl")
        try world.folder.write(text, to: "agents/main/sessions/sessions.json")
        let report = try #require(try await imported(world))
        #expect(report.failures.count == 1 && report.failures[0].contains("no JSON object"))
        await world.database.close()
    }

    @Test func `what would take up all memory while it is read is left out, and told`() async throws {
        let world = try TestStores()
        let long = String(repeating: "x", count: 32 << 20)
        try world.folder.write(
            Self.line("hi") + "\n" + Self.line(long), to: "agents/main/sessions/a.jsonl")
        try world.folder.write(
            #"{"agent:main:a":{"label":"\#(long)"}}"#, to: "agents/main/sessions/sessions.json")
        let report = try #require(try await imported(world))
        #expect(report.messages == 1 && report.skippedLines == 1 && report.sessions == 0)
        #expect(report.failures.count == 1 && report.failures[0].contains("larger than 32 MiB"))
        await world.database.close()
    }

    @Test func `an installation after another is told from a copy of the first`() async throws {
        let (world, copy, other) = (try january(), try TemporaryFolder(), try TemporaryFolder())
        _ = try await imported(world)
        for file in JanuaryState.files { try copy.write(file.text, to: file.path) }
        try other.write(Self.line("hi"), to: "agents/main/sessions/other.jsonl")
        func taken(instead folder: TemporaryFolder) async throws -> String? {
            try await StateImport(stateDirectory: folder.path, database: world.database).otherInstallation()
        }
        #expect(try await taken(instead: world.folder) == nil)
        #expect(try await taken(instead: copy) == nil)
        #expect(try await taken(instead: other) == RealPath.of(world.folder.path))
        await world.database.close()
    }

    @Test func `a cancelled import goes on at the next start`() async throws {
        let world = try january()
        let cancelled = Task { try await imported(world) }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        #expect(try await imported(world)?.sessions == 9)
        await world.database.close()
    }

    @Test func `a disk of ours that is full is no problem of the original's`() async throws {
        let world = try today()
        try await world.database.write {
            try $0.run("CREATE TRIGGER no BEFORE INSERT ON messages BEGIN SELECT RAISE(ABORT, 'no'); END")
        }
        await #expect(throws: StoreError.self) { try await imported(world) }
        try await world.database.write { try $0.run("DROP TRIGGER no") }
        #expect(try await imported(world)?.messages == 21)
        await world.database.close()
    }
}
