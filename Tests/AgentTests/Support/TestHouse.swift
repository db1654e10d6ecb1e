import Core
import Foundation
import Store
import TestSupport
import Testing

@testable import Agent

/// A house in a temporary folder: a real store, a scripted model, and all events in a list.
@MainActor
final class TestHouse {
    let folder: String
    let database: Database
    let stores: Stores
    let models: ScriptedModels
    let switchboard: Switchboard
    let clock: any Clock<Duration>
    private(set) var events: [TurnEvent] = []
    private var subscription: Subscription?

    nonisolated static let main = SessionKey("agent:main:main")
    /// What rests in this house.
    let rested = Rested()

    @MainActor
    final class Rested {
        var cooldowns: [Cooldown] = []
    }

    init(
        folder: String, models: ScriptedModels, tools: [any Tool] = [],
        clock: any Clock<Duration> = ContinuousClock(), facts: ModelFacts? = nil,
        _ change: (inout Agent.AgentSettings) -> Void = { _ in }
    ) throws {
        self.folder = folder
        self.models = models
        self.clock = clock
        database = try Database(path: "\(folder)/openclaw.sqlite")
        stores = Stores(database)
        var settings = Agent.AgentSettings(agents: [AgentProfile(id: .main, workspace: "\(folder)/workspace")]
        )
        settings.agents[0].model = ScriptedModels.name
        change(&settings)
        switchboard = Switchboard(
            stores: stores, models: models,
            directory: ModelDirectory(
                info: { _ in facts },
                models: { [ScriptedModels.name, ModelReference(provider: "fake", model: "fake-2")] },
                providers: { ["fake"] },
                rests: { [rested] in rested.cooldowns },
                wake: { [rested] model in rested.cooldowns.removeAll { $0.model == model.description } }),
            tools: ToolBox(tools), settings: settings, events: EventHub(), log: Log("test", to: SilentSink()),
            clock: clock)
        subscription = switchboard.events.subscribe { [unowned self] in events.append($0) }
    }

    /// A house that lives as long as `body`; what runs is cancelled at its end, as at the end of a process.
    static func run(
        in folder: String? = nil, models: ScriptedModels = ScriptedModels(), tools: [any Tool] = [],
        clock: any Clock<Duration> = ContinuousClock(), facts: ModelFacts? = nil,
        _ change: (inout Agent.AgentSettings) -> Void = { _ in },
        _ body: @MainActor (TestHouse) async throws -> Void
    ) async throws {
        let place = folder ?? makeFolder()
        defer { if folder == nil { try? FileManager.default.removeItem(atPath: place) } }
        let house = try TestHouse(
            folder: place, models: models, tools: tools, clock: clock, facts: facts, change)
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { await house.switchboard.run() }
            do {
                try await body(house)
            } catch {
                group.cancelAll()
                throw error
            }
            group.cancelAll()
        }
        await house.database.close()
    }

    static func makeFolder() -> String {
        let path = NSTemporaryDirectory() + "/agent-tests-\(UUID().uuidString)"
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    // MARK: What tests do

    @discardableResult
    func say(
        _ text: String, id: String = UUID().uuidString, in session: SessionKey = main,
        images: [ImageContent] = [],
        options: TurnOptions = TurnOptions()
    ) async throws -> Submission {
        try await switchboard.submit(
            .sample(text, id: id, in: session, images: images, options: options))
    }

    /// Says it and waits for what comes of it.
    @discardableResult
    func ask(
        _ text: String, id: String = UUID().uuidString, in session: SessionKey = main,
        images: [ImageContent] = []
    ) async throws -> RunOutcome {
        try await say(text, id: id, in: session, images: images)
        return try await outcome(of: RunID(id))
    }

    func outcome(of run: RunID) async throws -> RunOutcome {
        try #require(await switchboard.wait(for: run, timeout: .seconds(30)), "Run \(run) did not end.")
    }

    func transcript(_ session: SessionKey = main) async throws -> [Message] {
        guard let entry = try await stores.sessions.entry(session) else { return [] }
        return try await stores.sessions.history(entry.sessionID, limit: 200).messages.compactMap {
            (try? JSON.parse($0.json)).flatMap { Message(json: $0) }
        }
    }

    /// The transcript, a line a message.
    func lines(_ session: SessionKey = main) async throws -> [String] {
        try await transcript(session).map(\.line)
    }

    func kinds(of run: RunID) -> [String] { events.filter { $0.run == run }.map(\.kind.name) }
}

extension InboundMessage {
    static func sample(
        _ text: String = "hi", id: String = UUID().uuidString, in session: SessionKey = TestHouse.main,
        images: [ImageContent] = [], options: TurnOptions = TurnOptions()
    ) -> InboundMessage {
        InboundMessage(
            id: MessageID(id), address: Address(channel: .webchat, chat: "person"), session: session,
            text: text,
            images: images, options: options)
    }
}

extension Message {
    var line: String {
        switch self {
        case .user(let message): "user: \(message.content.text)"
        case .assistant(let message) where !message.toolCalls.isEmpty:
            "assistant: \(message.text)→ \(message.toolCalls.map(\.name).joined(separator: ", "))"
        case .assistant(let message):
            "assistant\(message.stopReason == .stop ? "" : " (\(message.stopReason))"): \(message.text)"
        case .toolResult(let message):
            "tool \(message.toolName)\(message.isError ? " failed" : ""): \(message.content.text)"
        case .compaction(let message): "summary before \(message.firstKept): \(message.summary)"
        }
    }
}

extension TurnEvent.Kind {
    var name: String {
        switch self {
        case .waits: "waits"
        case .status(let phase): phase.rawValue
        case .started: "started"
        case .model: "model"
        case .assistantText(let text): text.replaces ? "retracted" : "text"
        case .thinking: "thinking"
        case .toolStarted(let call, _): "toolStarted \(call.name)"
        case .toolProgressed: "toolProgressed"
        case .toolFinished(let call, _, _, _): "toolFinished \(call.name)"
        case .usage: "usage"
        case .retrying: "retrying"
        case .compacting: "compacting"
        case .compacted(let succeeded): succeeded ? "compacted" : "not compacted"
        case .finishing: "finishing"
        case .ended: "ended"
        case .failed: "failed"
        case .aborted: "aborted"
        case .replied: "replied"
        case .appended(let messages): "appended \(messages.map(\.message.role).joined(separator: " "))"
        }
    }
}

extension Message {
    var role: String { json["role"]?.stringValue ?? "" }
}
