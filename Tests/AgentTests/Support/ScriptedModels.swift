import Core

/// A model that says what the test wrote, one script a request, and remembers what it was asked.
@MainActor
final class ScriptedModels: ModelProvider {
    enum Script: Sendable {
        /// Streams the pieces, then stops.
        case say([String], ending: StopReason = .stop)
        /// Calls tools, after saying something or nothing.
        case call([ToolCall], saying: String = "")
        /// Streams the pieces, waits until `gate` opens, then fails.
        case fail(ModelError, after: [String] = [], at: Gate? = nil)
        /// Streams the pieces, then waits until it is cancelled or `gate` opens; then says the rest.
        case hang(Gate, before: [String] = [], after: [String] = [])
    }

    private var scripts: [Script]
    private(set) var requests: [ModelRequest] = []
    /// How often a request was announced.
    private(set) var announced = 0
    private(set) var running = 0
    private(set) var mostRunning = 0
    /// Opened at each request, so that a test can wait for one.
    private var asked: [Gate] = []

    static let name = ModelReference(provider: "fake", model: "fake-1")

    init(_ scripts: [Script] = []) { self.scripts = scripts }

    func add(_ script: Script) { scripts.append(script) }

    func prepare() { announced += 1 }

    /// Returns once `count` requests have come.
    func sawRequests(_ count: Int) async {
        while asked.count < count { asked.append(Gate()) }
        if requests.count >= count { return }
        await asked[count - 1].wait()
    }

    func respond(
        to request: ModelRequest, emit: @MainActor (ModelEvent) async -> Void
    ) async throws(ModelError) -> AssistantMessage {
        requests.append(request)
        while asked.count < requests.count { asked.append(Gate()) }
        asked[requests.count - 1].open()
        running += 1
        mostRunning = max(mostRunning, running)
        defer { running -= 1 }
        await emit(.began(Self.name))
        let script = scripts.isEmpty ? .say(["Hello."]) : scripts.removeFirst()
        return try await play(script, emit)
    }

    private func play(
        _ script: Script, _ emit: @MainActor (ModelEvent) async -> Void
    ) async throws(ModelError) -> AssistantMessage {
        switch script {
        case .say(let pieces, let ending):
            for piece in pieces { await emit(.text(piece)) }
            return Self.answer([.text(pieces.joined())], ending)
        case .call(let calls, let text):
            if !text.isEmpty { await emit(.text(text)) }
            let said: [Block] = text.isEmpty ? [] : [.text(text)]
            return Self.answer(said + calls.map { .toolCall($0) }, .toolUse)
        case .fail(let error, let pieces, let gate):
            for piece in pieces { await emit(.text(piece)) }
            await gate?.wait()
            throw error
        case .hang(let gate, let before, let after):
            for piece in before { await emit(.text(piece)) }
            await gate.wait()
            if Task.isCancelled { throw .cancelled }
            for piece in after { await emit(.text(piece)) }
            return Self.answer([.text((before + after).joined())])
        }
    }

    private static func answer(_ content: [Block], _ reason: StopReason = .stop) -> AssistantMessage {
        AssistantMessage(
            content: content, timestamp: .now, api: "openai-completions", provider: name.provider,
            model: name.model,
            usage: Usage(input: 100, output: 6), stopReason: reason)
    }
}

extension ToolCall {
    static func sample(_ name: String, id: String = "call_1", _ arguments: JSON = [:]) -> ToolCall {
        ToolCall(id: id, name: name, arguments: arguments)
    }
}

extension Message {
    var imageCount: Int { content.count(where: \.isImage) }
}
