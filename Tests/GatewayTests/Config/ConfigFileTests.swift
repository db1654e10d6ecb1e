import Core
import Foundation
import Testing
import Wire

@testable import Gateway

@MainActor
struct ConfigFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func file(environment: [String: String] = [:]) -> ConfigFile {
        ConfigFile(
            location: ConfigLocation(stateDirectory: folder.path, configPath: folder.path + "/openclaw.json"),
            environment: environment, workingDirectory: folder.path,
            stamp: .init(version: "9.9.9", now: { "2026-01-01T00:00:00.000Z" }),
            digest: { Digest.hex(Digest.sha256($0)) })
    }

    /// A file that has been loaded.
    private func file(_ text: String) throws -> ConfigFile {
        try folder.write(text, to: "openclaw.json")
        let file = file()
        _ = try file.loadAtStart()
        file.keep()
        return file
    }

    private func message(_ body: () async throws(ConfigWriteError) -> Void) async -> String {
        do {
            try await body()
            return "written"
        } catch {
            return error.message
        }
    }

    // MARK: Reading

    @Test func `without a file all is default, and the hash is that of no bytes`() throws {
        let snapshot = try file().loadAtStart()

        #expect(snapshot.origin == .defaults)
        #expect(!snapshot.exists)
        #expect(snapshot.raw == nil)
        #expect(snapshot.hash == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(snapshot.json(showsComments: true)["raw"] == .null)
        #expect(snapshot.json(showsComments: true)["parsed"] == [:])
        #expect(folder.names == [])
    }

    @Test(arguments: ["openclaw.json", ".env", "more.json"])
    func `a file that is written while the gateway starts has changed`(name: String) throws {
        try folder.write("{}", to: "more.json")
        let file = try file("{$include: './more.json'}")
        _ = try file.loadAtStart()
        #expect(!file.hasChangedSinceRead)

        try folder.write(name == ".env" ? "A=1" : "{logging: {level: 'debug'}}", to: name)

        #expect(file.hasChangedSinceRead)
    }

    @Test
    func `a change is the last good copy when a gateway runs with it, and can be taken back until then`()
        throws
    {
        let file = try file("{gateway: {port: 3000}}")
        try folder.write("{gateway: {port: 4000}}", to: "openclaw.json")
        guard case .changed = file.reload() else { return #expect(Bool(false), "the port is another") }
        #expect(folder.read("openclaw.last-good.json") == "{gateway: {port: 3000}}")

        #expect(file.goBack())
        #expect(file.snapshot.config.gateway.port == 3000)
        #expect(file.snapshot.file.config.gateway.port == 4000)
        #expect(!file.goBack())

        guard case .changed = file.reload() else { return #expect(Bool(false), "it is another still") }
        file.keep()
        #expect(folder.read("openclaw.last-good.json") == "{gateway: {port: 4000}}")
        #expect(!file.goBack())
    }

    @Test func `what must not run is neither taken up nor written`() async throws {
        let file = try file("{gateway: {port: 3000}}")
        file.obstacle = { loaded in
            loaded.config.gateway.port == 4000 ? ConfigIssue(path: .root, message: "the port is in use") : nil
        }
        #expect(
            await message { () async throws(ConfigWriteError) in
                _ = try await file.set(4000, at: ConfigPath("gateway.port")!)
            } == "invalid config")
        #expect(folder.read("openclaw.json") == "{gateway: {port: 3000}}")

        try folder.write("{gateway: {port: 4000}}", to: "openclaw.json")
        guard case .unusable(let issues) = file.reload() else {
            return #expect(Bool(false), "it must not run")
        }

        #expect(issues.map(\.message) == ["the port is in use"])
        #expect(file.snapshot.config.gateway.port == 3000)
        #expect(file.snapshot.json(showsComments: true)["warnings"]?.text.contains("in use") == true)
    }

    @Test func `a good file is kept as the last good copy`() throws {
        let file = try file("{gateway: {port: 3000}} // mine\n")

        #expect(file.snapshot.origin == .file)
        #expect(file.snapshot.config.gateway.port == 3000)
        #expect(folder.read("openclaw.last-good.json") == "{gateway: {port: 3000}} // mine\n")
    }

    @Test(arguments: [
        "{gateway: {port: 'x'}}", "{ not json", "", "\n", "{logging: {file: '${NOT_SET}'}}", "[1]",
    ])
    func `a file with mistakes gives way to the last good copy`(text: String) throws {
        _ = try file("{gateway: {port: 3000}}")
        try folder.write(text, to: "openclaw.json")

        let snapshot = try file().loadAtStart()

        #expect(snapshot.origin == .lastGood)
        #expect(snapshot.config.gateway.port == 3000)
        #expect(snapshot.json(showsComments: true)["valid"] == false)
        #expect(snapshot.json(showsComments: true)["issues"]?.arrayValue?.isEmpty == false)
        #expect(folder.read("openclaw.last-good.json") == "{gateway: {port: 3000}}")
    }

    @Test func `without a copy it is refused, with every mistake and what to do`() throws {
        try folder.write("{\n gateway: {port: 'x', reload: {mode: 'y'}}}", to: "openclaw.json")

        let refusal = #expect(throws: ConfigRefusal.self) { try file().loadAtStart() }

        #expect(
            refusal?.description == """
                Invalid config at \(folder.path)/openclaw.json:
                - openclaw.json:2:18: gateway.port: expected a whole number from 1 to 65535, found the text "x"
                - openclaw.json:2:38: gateway.reload.mode: expected one of `off`, `restart`, `hot`, `hybrid`, found the text "y"
                There is no older copy to use instead. Fix the lines above, or run `openclaw doctor`.
                """)
    }

    @Test(arguments: [
        "{gateway: {auth: {mode: 'x'}}}", "{gateway: {bnd: 'lan'}}", "{gateway: {trustedProxies: 1}}",
    ])
    func `a mistake in what decides who may come in is refused though there is a copy`(text: String) throws {
        _ = try file("{gateway: {port: 3000}}")
        try folder.write(text, to: "openclaw.json")

        let refusal = #expect(throws: ConfigRefusal.self) { try file().loadAtStart() }

        #expect(refusal?.description.contains("decides who may come in") == true)
    }

    @Test func `a mistake in a rule is refused while a gateway runs, and shuts its part at a start`() throws {
        let file = try file("{tools: {exec: {security: 'deny'}}}")
        try folder.write("{tools: {exec: {securty: 'deny'}}}", to: "openclaw.json")

        guard case .unusable = file.reload() else { return #expect(Bool(false), "it must not be taken up") }
        #expect(file.snapshot.config.tools.exec.security == "deny")
        let started = self.file()
        let snapshot = try started.loadAtStart()
        started.keep()

        #expect(snapshot.origin == .file)
        #expect(snapshot.config.closed.map(\.closes) == [.tools])
        #expect(snapshot.json(showsComments: true)["valid"] == false)
        #expect(snapshot.issues.map(\.message).first?.contains("the assistant has no tools") == true)
        #expect(folder.read("openclaw.last-good.json") == "{tools: {exec: {security: 'deny'}}}")
        try folder.write("{tools: {exec: {}}}", to: "openclaw.json")
        guard case .changed(let old, _) = started.reload() else {
            return #expect(Bool(false), "it is mended")
        }
        let plan = ReloadPlan(from: old, to: started.snapshot.config)
        #expect(plan.changed.map(\.description) == ["tools.exec.securty"])
        #expect(!plan.needsRestart)
    }

    @Test func `what is shut stays shut while the rest of the file changes`() throws {
        try folder.write("{tools: {dney: ['exec']}, messages: {ackReaction: 'a'}}", to: "openclaw.json")
        let file = file()
        _ = try file.loadAtStart()

        try folder.write("{tools: {dney: ['exec']},\n messages: {ackReaction: 'b'}}", to: "openclaw.json")
        guard case .changed(let old, _) = file.reload() else {
            return #expect(Bool(false), "the rest is fine")
        }
        file.keep()
        let plan = ReloadPlan(from: old, to: file.snapshot.config)
        try folder.write(
            "{tools: {dney: ['exec']}, channels: {telegram: {enbled: false}}}", to: "openclaw.json")
        guard case .unusable = file.reload() else { return #expect(Bool(false), "a new mistake is none") }

        #expect(plan.changed.map(\.description) == ["messages.ackReaction"])
        #expect(file.snapshot.config.closed.map(\.closes) == [.tools])
        #expect(!file.hasLastGood)
    }

    @Test func `the last good copy does not open what a mistake in the file shuts`() throws {
        _ = try file("{gateway: {port: 3000}}")
        try folder.write("{gateway: {port: 'x'}, tools: {dney: ['exec']}}", to: "openclaw.json")

        let snapshot = try file().loadAtStart()

        #expect(snapshot.origin == .lastGood)
        #expect(snapshot.config.gateway.port == 3000)
        #expect(snapshot.config.closed.map(\.closes) == [.tools])
    }

    @Test func `an empty file is refused where there is a copy that cannot be used now`() throws {
        let text = "{logging: {file: '${LOG}'}}"
        try folder.write(text, to: "openclaw.last-good.json")
        try folder.write("", to: "openclaw.json")
        let file = file()

        let refusal = #expect(throws: ConfigRefusal.self) { try file.loadAtStart() }

        #expect(refusal?.description.contains("openclaw.last-good.json:1:18: logging.file") == true)
        #expect(folder.read("openclaw.last-good.json") == text)
    }

    @Test func `a copy that is empty or cannot be read stands in for nothing`() throws {
        try folder.write("{logging: {level: 'loud'}}", to: "openclaw.json")
        try folder.write("\n", to: "openclaw.last-good.json")
        #expect(throws: ConfigRefusal.self) { try self.file().loadAtStart() }

        let copy = folder.path + "/openclaw.last-good.json"
        try FileManager.default.removeItem(atPath: copy)
        try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: false)
        try folder.write("", to: "openclaw.json")
        let refusal = #expect(throws: ConfigRefusal.self) { try self.file().loadAtStart() }
        #expect(refusal?.description.contains("cannot be used instead:\n- Could not read") == true)
    }

    @Test func `an empty file is never the last good copy`() throws {
        let file = try file("")

        #expect(!file.hasLastGood)
        #expect(folder.read("openclaw.last-good.json")?.isEmpty == false)
    }

    @Test func `a gateway that starts without its file takes the copy, and other commands begin anew`()
        async throws
    {
        let text = "{gateway: {port: 3000}} // mine"
        _ = try file(text)
        try FileManager.default.removeItem(atPath: folder.path + "/openclaw.json")

        let snapshot = try file().loadAtStart(ofGateway: true)
        let command = file()
        _ = try command.loadAtStart()
        try await command.set(3001, at: ConfigPath([.key("gateway"), .key("port")]))

        #expect(snapshot.origin == .lastGood)
        #expect(snapshot.config.gateway.port == 3000)
        #expect(snapshot.json(showsComments: true)["valid"] == false)
        #expect(folder.read("openclaw.json.bak") == text)
        #expect(folder.read("openclaw.json")?.contains("mine") == false)
    }

    @Test func `the copy holds included files in one`() throws {
        try folder.write("{port: 3000, auth: {token: '${T}'}}", to: "gateway.json5")
        try folder.write("{gateway: {$include: 'gateway.json5'}}", to: "openclaw.json")
        let file = file(environment: ["T": "t"])
        _ = try file.loadAtStart()
        file.keep()
        try FileManager.default.removeItem(atPath: folder.path + "/gateway.json5")

        let snapshot = try self.file(environment: ["T": "t"]).loadAtStart()

        #expect(snapshot.origin == .lastGood)
        #expect(snapshot.config.gateway.port == 3000)
        #expect(folder.read("openclaw.last-good.json")?.contains("${T}") == true)
    }

    @Test func `variables come from the process, then the working folder, then the state folder`() throws {
        try folder.write("A=state\nB=state", to: ".env")
        try folder.write("{logging: {file: '${A} ${B}'}}", to: "openclaw.json")

        #expect(try file(environment: ["A": "process"]).loadAtStart().config.logging.file == "process state")
    }

    @Test func `reading again tells what changed`() throws {
        let file = try file("{gateway: {port: 3000}}")

        guard case .unchanged = file.reload() else { return #expect(Bool(false), "nothing was written") }
        try folder.write("{gateway: {port: 3000}} // only a comment", to: "openclaw.json")
        guard case .unchanged = file.reload() else { return #expect(Bool(false), "the meaning is the same") }
        try folder.write("{gateway: {port: 4000}}", to: "openclaw.json")
        guard case .changed(let old, let variables) = file.reload() else {
            return #expect(Bool(false), "another port is a change")
        }
        #expect(old.gateway.port == 3000)
        #expect(variables.isEmpty)
        #expect(file.snapshot.config.gateway.port == 4000)
    }

    @Test func `a changed variable of an .env file is a change, unless the process has one of that name`()
        throws
    {
        try folder.write("A=old\nB=old", to: ".env")
        try folder.write("{logging: {file: '${A} ${B}'}}", to: "openclaw.json")
        let file = file(environment: ["B": "process"])
        _ = try file.loadAtStart()

        try folder.write("A=new\nB=new\nC=new # a further one", to: ".env")
        guard case .changed(_, let variables) = file.reload() else {
            return #expect(Bool(false), "two variables have other values")
        }
        #expect(variables == ["A", "C"])
        #expect(file.snapshot.config.logging.file == "new process")
        guard case .unchanged = file.reload() else { return #expect(Bool(false), "it is taken up") }
    }

    @Test func `an .env file that takes away what the config needs changes nothing until it is mended`()
        throws
    {
        try folder.write("A=old", to: ".env")
        try folder.write("{logging: {file: '${A}'}}", to: "openclaw.json")
        let file = file()
        _ = try file.loadAtStart()

        try folder.write("# A is taken out", to: ".env")
        guard case .unusable(let issues) = file.reload() else {
            return #expect(Bool(false), "the variable is gone")
        }
        #expect(issues.first?.message.contains("`A` is not set") == true)
        #expect(file.snapshot.config.logging.file == "old")

        try folder.write("A=mended", to: ".env")
        guard case .changed(_, ["A"]) = file.reload() else { return #expect(Bool(false), "it is back") }
        #expect(file.snapshot.config.logging.file == "mended")
    }

    @Test(arguments: [nil, "", "\n", "a folder"])
    func `an .env file that is away for a moment takes nothing away`(left: String?) throws {
        try folder.write("A=old", to: ".env")
        let file = try file("{logging: {file: '/${A}'}}")
        try FileManager.default.removeItem(atPath: folder.path + "/.env")
        if left == "a folder" {
            try FileManager.default.createDirectory(
                atPath: folder.path + "/.env", withIntermediateDirectories: false)
        } else if let left {
            try folder.write(left, to: ".env")
        }
        try folder.write("{logging: {file: '/${A}'}, ui: {assistant: {name: 'B'}}}", to: "openclaw.json")

        guard case .changed(_, let variables) = file.reload() else {
            return #expect(Bool(false), "the rest is taken up")
        }

        #expect(variables == [])
        #expect(file.snapshot.config.logging.file == "/old")
        #expect(file.snapshot.config.ui.assistant.name == "B")
        #expect(
            file.snapshot.json(showsComments: true)["warnings"]?.text.contains("what it said stays in use")
                == true)
        if left != nil { try FileManager.default.removeItem(atPath: folder.path + "/.env") }
        guard case .unusable = self.startedAnew.reload() else {
            return #expect(Bool(false), "a gateway that starts knows nothing of it")
        }
    }

    /// What another process reads.
    private var startedAnew: ConfigFile {
        let file = file()
        _ = try? file.loadAtStart()
        return file
    }

    @Test func `a secret that cannot be read any more stays in use, and the rest is taken up`() async throws {
        func text(_ path: String, _ name: String) -> String {
            "{secrets: {providers: {v: {source: 'file', path: '\(path)', mode: 'singleValue'}}}, "
                + "gateway: {auth: {token: {source: 'file', provider: 'v', id: 'value'}}}, "
                + "models: {providers: {x: {apiKey: {source: 'file', provider: 'v', id: 'value'}}}}, "
                + "ui: {assistant: {name: '\(name)'}}}"
        }
        let (secret, other) = (folder.path + "/secret", folder.path + "/other")
        try folder.write("hunter2", to: "secret")
        let file = try file(text(secret, "A"))
        try FileManager.default.removeItem(atPath: secret)

        try folder.write(text(secret, "B"), to: "openclaw.json")
        guard case .changed = file.reload() else { return #expect(Bool(false), "the name is another") }

        #expect(file.snapshot.config.ui.assistant.name == "B")
        #expect(file.snapshot.config.gateway.auth.token?.reveal() == "hunter2")
        #expect(
            file.snapshot.file.warnings.map(\.path.description) == [
                "gateway.auth.token", "models.providers.x.apiKey",
            ])
        #expect(
            await message { () async throws(ConfigWriteError) in
                try await file.replace(with: text(other, "C"), baseHash: file.snapshot.hash)
            } == "invalid config")
        try folder.write(text(other, "C"), to: "openclaw.json")
        guard case .unusable = file.reload() else { return #expect(Bool(false), "it leads elsewhere") }
        #expect(file.snapshot.config.ui.assistant.name == "B")
    }

    @Test func `without a config file the .env files count as well`() throws {
        let file = file()
        _ = try file.loadAtStart()

        try folder.write("OPENCLAW_GATEWAY_TOKEN=t", to: ".env")
        guard case .changed(_, ["OPENCLAW_GATEWAY_TOKEN"]) = file.reload() else {
            return #expect(Bool(false), "a variable is new")
        }
        #expect(file.snapshot.config.gateway.auth.token?.reveal() == "t")
        #expect(file.snapshot.origin == .defaults)
    }

    @Test(arguments: [nil, "", "{", "{gateway: {port: 'x'}}", "{gateway: {auth: {mode: 'x'}}}"])
    func `what cannot be used leaves the running config as it is`(text: String?) throws {
        let file = try file("{gateway: {port: 3000}}")
        if let text {
            try folder.write(text, to: "openclaw.json")
        } else {
            try FileManager.default.removeItem(atPath: folder.path + "/openclaw.json")
        }

        guard case .unusable(let issues) = file.reload() else {
            return #expect(Bool(false), "it is unusable")
        }

        #expect(!issues.isEmpty)
        #expect(file.snapshot.config.gateway.port == 3000)
    }

    @Test func `a first file with mistakes gives way to the defaults that ran`() throws {
        let first = file()
        _ = try first.loadAtStart()
        first.keep()
        try folder.write("{logging: {level: 'loud'}}", to: "openclaw.json")

        let file = file()
        let snapshot = try file.loadAtStart()

        #expect(snapshot.origin == .defaults)
        #expect(snapshot.json(showsComments: true)["valid"] == false)
        #expect(!file.hasLastGood)
        try FileManager.default.removeItem(atPath: folder.path + "/openclaw.json")
        guard case .unchanged = file.reload() else { return #expect(Bool(false), "defaults still run") }
        #expect(file.snapshot.file.isValid)
        try folder.write("{gateway: {auth: {mode: 'x'}}}", to: "openclaw.json")
        #expect(throws: ConfigRefusal.self) { try self.file().loadAtStart() }
    }

    @Test func `the copy of a file that is gone is not given up for the defaults`() throws {
        _ = try file("{gateway: {port: 3000}}")
        try FileManager.default.removeItem(atPath: folder.path + "/openclaw.json")
        let file = file()
        _ = try file.loadAtStart()

        file.keep()

        #expect(folder.read("openclaw.last-good.json") == "{gateway: {port: 3000}}")
    }

    @Test func `a file that is gone or cannot be read is shown as that`() throws {
        let file = try file("{gateway: {port: 3000}} // mine")
        let path = folder.path + "/openclaw.json"
        let shown = { file.snapshot.json(showsComments: true) }
        try FileManager.default.removeItem(atPath: path)
        _ = file.reload()
        #expect(shown()["valid"] == false)
        #expect(shown()["exists"] == false)
        #expect(shown()["raw"] == "{gateway: {port: 3000}} // mine")
        #expect(shown()["issues"]?.text.contains("the file is gone") == true)

        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        _ = file.reload()
        #expect(shown()["valid"] == false)
        #expect(shown()["exists"] == true)

        try FileManager.default.removeItem(atPath: path)
        try folder.write("{gateway: {port: 3000}} // mine", to: "openclaw.json")
        _ = file.reload()
        #expect(shown()["valid"] == true)
        #expect(shown()["issues"] == [])
    }

    @Test func `repairing the file after a start on the copy is a change`() throws {
        _ = try file("{gateway: {port: 3000}}")
        try folder.write("{", to: "openclaw.json")
        let file = file()
        _ = try file.loadAtStart()
        try folder.write("{gateway: {port: 3000}}", to: "openclaw.json")

        guard case .changed = file.reload() else { return #expect(Bool(false), "the file runs now") }
        #expect(file.snapshot.origin == .file)
    }

    @Test func `clients see no secret`() throws {
        let file = try file("{gateway: {auth: {token: 'hunter2'}}, env: {OPENAI_API_KEY: 'hunter2'}} // c")

        #expect(!file.snapshot.json(showsComments: true).text.contains("hunter2"))
        #expect(file.snapshot.json(showsComments: true)["raw"]?.stringValue?.hasSuffix("// c") == true)
        #expect(file.snapshot.json(showsComments: true)["hash"]?.stringValue?.count == 64)
    }

    // MARK: Writing

    @Test func `a program that sends back what it was shown changes only what it changed`() async throws {
        try folder.write("{auth: {token: 'hunter2'}, port: 3000}", to: "gateway.json5")
        let text =
            "{\n  // mine\n  gateway: {$include: 'gateway.json5'},\n  logging: {file: '${F}'},\n  hooks: {token: '${T}'},\n}\n"
        try folder.write(text, to: "openclaw.json")
        let file = file(environment: ["F": "/f", "T": "t"])
        _ = try file.loadAtStart()
        var shown = try #require(file.snapshot.json(showsComments: true)["resolved"])
        #expect(!shown.text.contains("hunter2"))
        shown = shown.merging(["gateway": ["port": 4000], "ui": ["assistant": ["name": "A"]]])

        try await file.replace(with: shown.prettyText, baseHash: file.snapshot.hash)

        #expect(
            folder.read("openclaw.json")
                == "{\n  // mine\n  gateway: {$include: 'gateway.json5', port: 4000},\n  logging: {file: '${F}'},\n  hooks: {token: '${T}'},\n  ui: {\n    assistant: {\n      name: 'A'\n    }\n  },\n}\n"
        )
        #expect(file.snapshot.file.config.gateway.auth.token?.reveal() == "hunter2")
    }

    @Test func `a program that takes away what is included gets all of it written out`() async throws {
        try folder.write("{port: 3000, mode: 'local'}", to: "gateway.json5")
        try folder.write("{gateway: {$include: 'gateway.json5'}} // mine", to: "openclaw.json")
        let file = file()
        _ = try file.loadAtStart()

        try await file.replace(with: #"{"gateway":{"mode":"local"}}"#, baseHash: file.snapshot.hash)

        #expect(folder.read("openclaw.json") == "{gateway: {mode: \"local\"}} // mine")
        #expect(file.snapshot.file.config.gateway.port == nil)
    }

    @Test func `a patch puts secrets back in lists too, and does not pretend to remove what is included`()
        async throws
    {
        try folder.write("{port: 3000}", to: "gateway.json5")
        try folder.write(
            "{gateway: {$include: 'gateway.json5'}, channels: {x: {l: [{id: 'a', token: 'ta'}]}}}",
            to: "openclaw.json")
        let file = file()
        _ = try file.loadAtStart()

        _ = try await file.patch(
            with: "{channels: {x: {l: [{id: 'b'}, {id: 'a', token: '__OPENCLAW_REDACTED__'}]}}}",
            baseHash: file.snapshot.hash)

        #expect(
            file.snapshot.file.parsed["channels"]?["x"]?["l"] == [["id": "b"], ["id": "a", "token": "ta"]])
        #expect(
            await message { () async throws(ConfigWriteError) in
                _ = try await file.patch(with: "{gateway: {port: null}}", baseHash: file.snapshot.hash)
            } == "`gateway.port` comes from an included file; remove it there")
    }

    @Test func `a whole document is written as it was sent, and secrets are put back`() async throws {
        let file = try file("{gateway: {auth: {token: 'hunter2'}}}")
        let sent = "{ // new\n gateway: { auth: { token: '__OPENCLAW_REDACTED__' }, port: 3000 } }"

        try await file.replace(with: sent, baseHash: " \(file.snapshot.hash)\n")

        #expect(
            folder.read("openclaw.json") == "{ // new\n gateway: { auth: { token: 'hunter2' }, port: 3000 } }"
        )
        #expect(
            file.snapshot.hash == Digest.hex(Digest.sha256(Array((folder.read("openclaw.json") ?? "").utf8))))
        guard case .changed = file.reload() else {
            return #expect(Bool(false), "our own write takes effect by reading it")
        }
    }

    @Test func `a write needs the hash of the present text`() async throws {
        let file = try file("{}")
        let hash = file.snapshot.hash

        #expect(
            await message { () async throws(ConfigWriteError) in
                try await file.replace(with: "{}", baseHash: nil)
            }
                == "config base hash required; re-run config.get and retry")
        #expect(
            await message { () async throws(ConfigWriteError) in
                try await file.replace(with: "{}", baseHash: " ")
            }
                == "config base hash required; re-run config.get and retry")
        #expect(
            await message { () async throws(ConfigWriteError) in
                try await file.replace(with: "{}", baseHash: "abc")
            }
                == "config changed since last load; re-run config.get and retry")
        try folder.write("{ui: {}}", to: "openclaw.json")
        #expect(
            await message { () async throws(ConfigWriteError) in
                try await file.replace(with: "{}", baseHash: hash)
            }
                == "config changed since last load; re-run config.get and retry")
    }

    @Test(arguments: [
        (
            "{ not json", "SyntaxError: JSON5: invalid character 'j' at 1:7",
            "SyntaxError: JSON5: invalid character 'j' at 1:7", 7
        ),
        ("{bogusKey: 1}", "invalid config", "invalid config: <root>: Unrecognized key: \"bogusKey\"", 2),
        (
            "{gateway: {port: 'abc'}}", "invalid config",
            "invalid config: gateway.port: Invalid input: expected number, received string", 18
        ),
        ("[]", "invalid config", "invalid config: <root>: Invalid input: expected object, received array", 1),
    ])
    func `a wrong document is refused in the words of both generations`(
        raw: String, message: String, detailed: String, place: Int
    ) async throws {
        let file = try file("{}")

        do throws(ConfigWriteError) {
            try await file.replace(with: raw, baseHash: file.snapshot.hash)
            #expect(Bool(false), "it was written")
        } catch {
            #expect(error.message == message)
            #expect(error.detailedMessage == detailed)
            #expect(error.issues.map(\.position) == [TextPosition(offset: place - 1, line: 1, column: place)])
        }
        #expect(folder.read("openclaw.json") == "{}")
    }

    @Test func `without a file no hash is needed`() async throws {
        let file = file()
        _ = try file.loadAtStart()

        try await file.replace(with: "{gateway: {port: 1}}", baseHash: nil)

        #expect(folder.read("openclaw.json") == "{gateway: {port: 1}}")
    }

    @Test(arguments: [
        ("", ""),
        (
            "  meta: { lastTouchedVersion: '1' }, // by whom\n",
            "  meta: { lastTouchedVersion: '9.9.9', lastTouchedAt: '2026-01-01T00:00:00.000Z' }, // by whom\n"
        ),
    ])
    func `a patch is a small edit, with a stamp where the file has one`(meta: String, stamped: String)
        async throws
    {
        let file = try file(
            "{\n  // mine\n  gateway: { port: 3000, bind: 'lan' },\n  ui: { assistant: { name: 'A' } },\n\(meta)}\n"
        )

        let changed = try await file.patch(
            with: "{gateway: {bind: null}, ui: {assistant: {name: 'B'}}}", baseHash: file.snapshot.hash)

        #expect(changed.map(\.description) == ["gateway.bind", "ui.assistant.name"])
        #expect(
            folder.read("openclaw.json")
                == "{\n  // mine\n  gateway: { port: 3000 },\n  ui: { assistant: { name: 'B' } },\n\(stamped)}\n"
        )
    }

    @Test func `a patch that changes nothing writes nothing`() async throws {
        let file = try file("{ui: {assistant: {name: 'A'}}}")

        #expect(try await file.patch(with: "{}", baseHash: nil, needsHash: false) == [])
        #expect(
            try await file.patch(with: "{ui: {assistant: {name: 'A'}}}", baseHash: file.snapshot.hash) == [])
        #expect(folder.names == [".openclaw.json.lock", "openclaw.json", "openclaw.last-good.json"])
    }

    @Test(arguments: ["{gateway: {port: 3000}} // mine\n", "{gateway: {port: 'x'}}"])
    func `a file that is gone has what ran in it again, with the change`(text: String) async throws {
        _ = try file("{gateway: {port: 3000}} // mine\n")
        let file = try file(text)
        try FileManager.default.removeItem(atPath: folder.path + "/openclaw.json")
        guard case .unusable = file.reload() else { return #expect(Bool(false), "it was taken for a config") }

        let changed = try await file.patch(
            with: "{ui: {seamColor: '#123456'}}",
            baseHash: Digest.hex(Digest.sha256(Array("{gateway: {port: 3000}} // mine\n".utf8))))

        #expect(changed.map(\.description) == ["ui.seamColor"])
        let written = folder.read("openclaw.json")
        #expect(written?.contains("port: 3000") == true && written?.contains("// mine") == true)
    }

    @Test func `a patch is refused without a hash, as no object, and on a broken file`() async throws {
        let file = try file("{}")

        #expect(
            await message { () async throws(ConfigWriteError) in
                _ = try await file.patch(with: "{}", baseHash: nil)
            }
                == "config base hash required; re-run config.get and retry")
        #expect(
            await message { () async throws(ConfigWriteError) in
                _ = try await file.patch(with: "[]", baseHash: file.snapshot.hash)
            } == "config.patch raw must be an object")
        try folder.write("{gateway: {port: 'x'}}", to: "openclaw.json")
        let hash = Digest.hex(Digest.sha256(Array("{gateway: {port: 'x'}}".utf8)))
        #expect(
            await message { () async throws(ConfigWriteError) in
                _ = try await file.patch(with: "{a: 1}", baseHash: hash)
            }
                == "invalid config; fix before patching")
    }

    @Test func `values are set and taken away by their paths`() async throws {
        let file = try file("{}")
        let port = try #require(ConfigPath("gateway.port"))

        try await file.set(3000, at: port)
        #expect(file.snapshot.file.config.gateway.port == 3000)
        try await file.unset(port)
        #expect(file.snapshot.file.config.gateway.port == nil)
        #expect(
            await message { () async throws(ConfigWriteError) in try await file.unset(port) }
                == "Config path not found: gateway.port")
        #expect(
            await message { () async throws(ConfigWriteError) in try await file.set("x", at: port) }
                == "invalid config")
    }

    @Test func `five older texts are kept, the newest first`() async throws {
        let file = try file("{} // 0")

        for number in 1...7 { try await file.replace(with: "{} // \(number)", baseHash: file.snapshot.hash) }

        let kept = ["", ".bak", ".bak.1", ".bak.2", ".bak.3", ".bak.4", ".bak.5"].map {
            folder.read("openclaw.json" + $0)
        }
        #expect(kept == ["{} // 7", "{} // 6", "{} // 5", "{} // 4", "{} // 3", "{} // 2", nil])
    }
}
