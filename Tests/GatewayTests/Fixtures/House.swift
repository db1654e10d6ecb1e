import Agent
import Core
import Foundation
import Store
import TestSupport
import Testing
import Wire

@testable import Gateway

/// A gateway with a real store and a real agent in a folder of its own; only sockets and the model are made up.
@MainActor
final class House {
    let server: GatewayServer
    let model = ScriptedModel()
    let stores: Stores
    let switchboard: Switchboard
    let approvals = ApprovalDesk()
    let folder: String

    private init(folder: String, auth: SharedAuth, configured: Bool) throws {
        self.folder = folder
        let log = Log("test", to: SilentSink())
        stores = Stores(try Database(path: folder + "/openclaw.sqlite"))
        let events = EventHub()
        var profile = AgentProfile(id: .main, workspace: folder + "/workspace")
        profile.model = ModelReference(provider: "fake", model: "fake-1")
        switchboard = Switchboard(
            stores: stores, models: model, directory: ModelDirectory(), tools: ToolBox(),
            settings: AgentSettings(agents: [profile]), events: events, log: log)
        var setup = GatewaySetup(access: AccessSettings(auth: auth))
        setup.model = profile.model
        setup.contextTokens = 128_000
        setup.databasePath = folder + "/openclaw.sqlite"
        let file = ConfigFile(
            location: ConfigLocation(stateDirectory: folder, configPath: folder + "/openclaw.json"),
            environment: [:], workingDirectory: folder,
            stamp: .init(version: "1.2.3", now: { "2026-01-01T00:00:00.000Z" }),
            digest: { Digest.hex(Digest.sha256($0)) })
        if configured { _ = try file.loadAtStart() }
        let facts = KnownModel(
            reference: ModelReference(provider: "fake", model: "fake-1"), name: "Fake 1",
            contextWindow: 128_000,
            reasoning: false)
        let approvalsFile = ApprovalsFile(
            path: folder + "/exec-approvals.json", home: nil,
            load: { try PrivateFile.read(folder + "/exec-approvals.json", limit: ApprovalsFile.mostBytes) },
            save: { try PrivateFile.write($0, to: folder + "/exec-approvals.json") })
        server = GatewayServer(
            settings: setup,
            services: GatewayServices(
                stores: stores, switchboard: switchboard, approvals: (approvals, approvalsFile),
                events: events,
                configFile: configured ? file : nil,
                models: KnownModels(
                    list: { [facts] },
                    providers: {
                        [KnownProvider(id: "fake", name: "fake", status: "static", source: "config")]
                    }),
                tools: { [] }, commands: [],
                host: HostFacts(
                    name: "host", address: nil, version: "1.2.3", platform: "linux 6.1", family: "Linux",
                    architecture: "x64", instanceID: "boot-1"),
                logFile: { nil }, log: log))
    }

    /// Runs the house for as long as the body does; `configured` gives it a config file, and the methods that write it.
    static func with(
        auth: SharedAuth = SharedAuth(mode: .token, token: Secret(Sample.token)), configured: Bool = false,
        starts: Bool = true, _ body: @MainActor (House) async throws -> Void
    ) async throws {
        let folder = NSTemporaryDirectory() + "gateway-house-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let house = try House(folder: folder, auth: auth, configured: configured)
        let serving = Task { if starts { await house.server.run() } }
        let answering = Task { await house.switchboard.run() }
        while starts, !house.server.plane.isReady { try await Task.sleep(for: .milliseconds(1)) }
        do {
            try await body(house)
        } catch {
            Issue.record(error)
        }
        serving.cancel()
        answering.cancel()
        await serving.value
        await answering.value
        await house.stores.database.close()
    }

    /// A socket that has not logged in.
    func connect(_ place: Sample.Place = .local, origin: OriginRule.Verdict = .absent) -> FakeClient {
        let client = FakeClient()
        let connection = ControlConnection(
            plane: server.plane, socket: client, place: Sample.place(place), origin: origin)
        client.connection = connection
        connection.opened()
        return client
    }

    /// A client of the command line's kind that is logged in.
    func client(
        _ generation: Generation = .four, scopes: [String] = Scopes.owner.names,
        caps: [String] = ["tool-events"]
    ) async -> FakeClient {
        let client = connect()
        client.login(generation, scopes: scopes, caps: caps)
        _ = await client.answer("c1")
        return client
    }
}

/// Answers with what it was told to say, in pieces.
@MainActor
final class ScriptedModel: ModelProvider {
    var pieces = ["Hello", " from the", " fake model."]
    /// Holds the answer back after the first piece until it is called.
    var gate: AsyncStream<Void>.Continuation?
    var waitsAfterFirstPiece = false

    func respond(
        to request: ModelRequest, emit: @MainActor (ModelEvent) async -> Void
    ) async throws(ModelError) -> AssistantMessage {
        await emit(.began(request.model))
        for (index, piece) in pieces.enumerated() {
            await emit(.text(piece))
            if index == 0 && waitsAfterFirstPiece { await waitAtGate() }
            if Task.isCancelled { throw .cancelled }
        }
        let usage = Usage(input: 100, output: 6)
        await emit(.usage(usage))
        return AssistantMessage(
            content: [.text(pieces.joined())], timestamp: .now, api: "openai-completions",
            provider: request.model.provider, model: request.model.model, usage: usage)
    }

    /// Until `goOn`, or the run is stopped.
    private func waitAtGate() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        gate = continuation
        for await _ in stream { break }
    }

    func goOn() {
        waitsAfterFirstPiece = false
        gate?.finish()
        gate = nil
    }
}

/// A client and its socket in one: sends frames and keeps what comes back.
@MainActor
final class FakeClient: ClientSocket {
    var connection: ControlConnection?
    private(set) var received: [JSON] = []
    private(set) var closed: (code: Int, reason: String)?
    var bufferedBytes = 0
    var maxMessageBytes = 0
    var isKnown = false
    private(set) var isPaused = false
    private var unheard: [[UInt8]] = []
    private var waiting: [(condition: @MainActor () -> Bool, resume: CheckedContinuation<Void, Never>)] = []

    func send(text: [UInt8]) { keep(text) }

    func send(text: SharedBytes, suffix: String, mayWait: Bool) {
        keep(text.withUnsafeBytes { Array($0) } + suffix.utf8)
    }

    func close(code: Int, reason: String) {
        guard closed == nil else { return }
        closed = (code, reason)
        connection?.closed()
        wake()
    }

    func abort() { close(code: 1006, reason: "") }
    func pauseReading() { isPaused = true }
    func resumeReading() {
        isPaused = false
        while !isPaused, !unheard.isEmpty { connection?.received(unheard.removeFirst()) }
    }

    private func keep(_ bytes: [UInt8]) {
        received.append((try? JSON.parse(bytes)) ?? .string(String(decoding: bytes, as: UTF8.self)))
        wake()
    }

    private func wake() {
        let ready = waiting.filter { $0.condition() }
        waiting.removeAll { $0.condition() }
        for waiter in ready { waiter.resume.resume() }
    }

    /// Waits for what makes the condition true; returns at once when it is.
    func wait(until condition: @escaping @MainActor () -> Bool) async {
        if condition() { return }
        await withCheckedContinuation { waiting.append((condition, $0)) }
    }

    func say(_ json: JSON) { say(json.encoded()) }
    func say(_ text: String) { say(Array(text.utf8)) }

    private func say(_ bytes: [UInt8]) {
        if isPaused { unheard.append(bytes) } else { connection?.received(bytes) }
    }

    func login(
        _ generation: Generation, scopes: [String] = Scopes.owner.names, caps: [String] = [],
        token: String = Sample.token
    ) {
        say([
            "type": "req", "id": "c1", "method": "connect",
            "params": [
                "minProtocol": JSON(generation.rawValue), "maxProtocol": JSON(generation.rawValue),
                "client": Sample.commandLine, "role": "operator", "scopes": JSON(scopes), "caps": JSON(caps),
                "auth": ["token": .string(token)],
            ],
        ])
    }

    /// Sends a request and waits for its first answer.
    func call(_ method: String, _ params: JSON = [:], id: String? = nil) async -> JSON {
        let id = id ?? "q\(received.count)-\(method)"
        ask(method, params, id: id)
        return await answer(id)
    }

    func ask(_ method: String, _ params: JSON = [:], id: String) {
        say(["type": "req", "id": .string(id), "method": .string(method), "params": params])
    }

    func answer(_ id: String) async -> JSON {
        let find: @MainActor () -> JSON? = {
            self.received.first { $0["type"] == "res" && $0["id"] == .string(id) }
        }
        await wait { find() != nil || self.closed != nil }
        return find() ?? .null
    }

    /// Payloads of the events of one name.
    func events(_ name: String) -> [JSON] {
        received.filter { $0["event"] == .string(name) }.compactMap { $0["payload"] }
    }

    /// The final chat event of a run.
    func final(_ run: String) async -> JSON {
        let find: @MainActor () -> JSON? = {
            self.events("chat").last {
                $0["runId"] == .string(run)
                    && ["final", "error", "aborted"].contains($0["state"]?.stringValue)
            }
        }
        await wait { find() != nil }
        return find() ?? .null
    }
}
