import Core
import Testing

@testable import Agent
@testable import Gateway

/// The sequences of golden/chat.*: what a turn's events become for clients of each generation.
struct TurnNarratorTests {
    @Test
    func `a plain answer is told to January's clients as it was recorded`() {
        let told = Telling(.three).tell(Turn.plain)

        #expect(
            told.names == [
                "agent lifecycle start", "agent assistant", "chat delta", "agent assistant",
                "agent assistant",
                "agent lifecycle end", "chat final",
            ])
    }

    @Test
    func `a plain answer is told to today's clients as it was recorded`() {
        let told = Telling(.four).tell(Turn.plain)

        #expect(
            told.names == [
                "chat status preparing_workspace", "agent run_status preparing_workspace",
                "chat status preparing_context", "agent run_status preparing_context",
                "agent lifecycle start",
                "chat status starting_model", "agent run_status starting_model", "agent lifecycle model",
                "agent assistant", "chat delta", "agent assistant", "agent usage",
                "agent lifecycle finishing",
                "agent lifecycle model", "agent lifecycle end", "chat delta", "chat final",
            ])
    }

    @Test(arguments: Generation.allCases)
    func `the deltas put together are the answer, and the final message is the whole of it`(
        generation: Generation
    ) {
        let told = Telling(generation).tell(Turn.plain)

        let chat = told.payloads.filter { $0["state"] != nil }
        let final = chat.last?["message"]?["content"]
        #expect(final == [["type": "text", "text": "Hello from the fake model."]])
        if generation == .four {
            let joined = chat.compactMap { $0["deltaText"]?.stringValue }.joined()
            #expect(joined == "Hello from the fake model.")
            #expect(chat.last?["stopReason"] == "stop")
        }
    }

    @Test
    func `members of a recorded delta and final are all there`() {
        let chat = Telling(.four).tell(Turn.plain).payloads.filter { $0["state"] != nil }

        #expect(
            chat.first { $0["state"] == "delta" }?.keys == [
                "agentId", "deltaText", "message", "runId", "seq", "sessionKey", "state",
            ])
        #expect(
            chat.last?.keys == ["agentId", "message", "runId", "seq", "sessionKey", "state", "stopReason"])
    }

    @Test
    func `a slow model's every piece comes through, a fast one's are put together`() {
        let slow = Telling(.four).tell(Turn.pieces(every: .milliseconds(100)))
        let fast = Telling(.four).tell(Turn.pieces(every: .milliseconds(5)))

        #expect(slow.names.filter { $0 == "chat delta" }.count == 20)
        #expect((2...4).contains(fast.names.filter { $0 == "chat delta" }.count))
        #expect(fast.names.filter { $0 == "agent assistant" }.count <= 4)
    }

    @Test
    func `January's throttle is twice as long and holds nothing back from agent events`() {
        let told = Telling(.three).tell(Turn.pieces(every: .milliseconds(100)))

        #expect(told.names.filter { $0 == "chat delta" }.count == 10)
        #expect(told.names.filter { $0 == "agent assistant" }.count == 20)
    }

    @Test(arguments: Generation.allCases)
    func `a long answer's pieces come less often, and a slow client may miss them`(generation: Generation) {
        let piece = String(repeating: "x", count: 99) + " "
        var text = ""
        let told = Telling(generation).tell(
            [Turn.at(0, .started(at: Turn.start))]
                + (1...1_000).map { number in
                    text += piece
                    return Turn.text(5 * number, text, piece)
                })

        // Half a second more than five at 250 kB a second, for each of two streams; untold it would be 50 MB.
        let pieces = told.frames.filter(\.isDroppable)
        #expect(pieces.count == told.frames.count - 1)
        #expect(pieces.reduce(0) { $0 + $1.body.text.utf8.count } < 2 * 250_000 * 11 / 2)
        #expect(pieces.count > 40)
        let deltas = told.payloads.compactMap { $0["data"]?["delta"]?.stringValue }.joined()
        #expect(text.hasPrefix(deltas) && deltas.utf8.count > 50_000)
    }

    @Test(arguments: Generation.allCases)
    func `an answer that is told grows in place`(generation: Generation) {
        let telling = Telling(generation)
        let piece = String(repeating: "x", count: 20)
        let started = ContinuousClock.now
        var frames = 0

        telling.tellPieces(of: 100_000, piece) { frames += $0.count }

        // Copied for each piece it would be 100 GB.
        #expect(ContinuousClock.now - started < .seconds(10))
        #expect(frames > 1)
    }

    @Test
    func `text before a tool is told before the tool`() {
        let told = Telling(.four).tell(Turn.withTool)

        let names = told.names
        let tool = names.firstIndex(of: "agent tool start")
        #expect(tool != nil)
        #expect(names[..<(tool ?? 0)].contains("chat delta"))
        #expect(names.filter { $0.hasPrefix("agent item") } == ["agent item start", "agent item end"])
        #expect(told.frames.filter { $0.audience == .toolEvents }.count == 2)
    }

    @Test
    func `chat deltas grow over the whole turn, also after a tool`() {
        let told = Telling(.three).tell(Turn.withTool)

        let texts = told.payloads.filter { $0["state"] == "delta" }.compactMap {
            $0["message"]?["content"]?.arrayValue?.first?["text"]?.stringValue
        }
        #expect(texts.last == "Let me look.\n\nTwo files.")
        for (short, long) in zip(texts, texts.dropFirst()) { #expect(long.hasPrefix(short)) }
    }

    @Test
    func `January's clients get tool events without asking`() {
        let told = Telling(.three).tell(Turn.withTool)

        #expect(told.frames.allSatisfy { $0.audience == .all })
        #expect(told.names.contains("agent tool result"))
    }

    @Test(arguments: Generation.allCases)
    func `a failure is told exactly once, in plain words`(generation: Generation) {
        let failure = TurnFailure(
            kind: .unauthorized, message: "The key is wrong.", provider: "fake", model: "fake-1")

        let told = Telling(generation).tell([
            Turn.at(0, .started(at: Turn.start)),
            Turn.at(9, .failed(failure, startedAt: Turn.start, endedAt: Turn.start, partialText: nil)),
        ])

        #expect(told.names.suffix(2) == ["agent lifecycle error", "chat error"])
        #expect(
            told.payloads.filter { $0["state"] == "error" }.map { $0["errorMessage"] } == [
                "The key is wrong."
            ])
    }

    @Test(arguments: Generation.allCases)
    func `an abort is told before the run winds down, today with what was said`(generation: Generation) {
        let told = Telling(generation).tell([
            Turn.at(0, .started(at: Turn.start)), Turn.text(1, "word1", "word1"),
            Turn.at(2, .aborted(.rpc, startedAt: Turn.start, endedAt: Turn.start, partialText: "word1")),
        ])

        #expect(told.names.suffix(2) == ["chat aborted", "agent lifecycle end"])
        let aborted = told.payloads.first { $0["state"] == "aborted" }
        #expect(aborted?["stopReason"] == "rpc")
        #expect((aborted?["message"] != nil) == (generation == .four))
    }

    @Test
    func `a slash command is answered without a run`() {
        let told = Telling(.three).tell([Turn.at(0, .replied(text: "pong"), sequence: 1)])

        #expect(told.names == ["chat final"])
        #expect(told.payloads.first?["message"]?["stopReason"] == "injected")
        #expect(told.payloads.first?["seq"] == 1)
    }

    @Test
    func `a client's own spelling of the key takes the key's place and no other`() throws {
        let frame = try #require(Telling(.three).tell([Turn.text(0, "agent:main:main", "")]).frames.first)

        let spelled = try JSON.parse(frame.body(spelling: "ma\"in").text + "1}")

        var payload = try #require(JSON.parse(frame.body.text + "1}")["payload"]?.objectValue)
        #expect(payload["sessionKey"] == "agent:main:main")
        payload["sessionKey"] = "ma\"in"
        #expect(spelled["payload"] == .object(payload))
        #expect(frame.body(spelling: "agent:main:main").bytes === frame.body.bytes)
    }

    @Test
    func `a tool's event is the same under the name for those who follow the session`() throws {
        let frame = try #require(Telling(.four).tell(Turn.withTool).frames.first { $0.event == "agent" })

        var event = try #require(JSON.parse(frame.body(as: "session.tool").text + "1}").objectValue)
        #expect(event["event"] == "session.tool")
        event["event"] = "agent"
        #expect(try .object(event) == JSON.parse(frame.body.text + "1}"))
    }

    @Test
    func `text taken back replaces what was shown`() {
        let told = Telling(.four).tell([
            Turn.text(0, "Hel", "Hel"), Turn.text(100, "", "", replaces: true), Turn.text(200, "Hi", "Hi"),
        ])

        let deltas = told.payloads.filter { $0["state"] == "delta" }
        #expect(deltas.map { $0["deltaText"] } == ["Hel", "", "Hi"])
        #expect(deltas.map { $0["replace"] } == [nil, true, nil])
    }
}

/// Thoughts, which may be long and come fast.
struct NarratedThoughtsTests {
    private static let deltas = (0..<500).map { "thought \($0) " }

    private static var events: [(after: Duration, event: TurnEvent)] {
        var text = ""
        return deltas.enumerated().map { number, delta in
            text += delta
            return Turn.at(number, .thinking(text: text, delta: delta))
        }
    }

    @Test
    func `thoughts are told a few times a second, and all of them before the answer`() {
        let told = Telling(.four).tell(Self.events + [Turn.text(500, "Hello.", "Hello.")])

        let thoughts = told.payloads.filter { $0["stream"] == "thinking" }
        #expect((2...10).contains(thoughts.count))
        #expect(thoughts.compactMap { $0["data"]?["delta"]?.stringValue }.joined() == Self.deltas.joined())
        #expect(told.names.last == "chat delta" && told.names.dropLast(2).last == "agent thinking")
    }

    @Test
    func `the thoughts of another message begin anew`() {
        let told = Telling(.four).tell([
            Turn.at(0, .thinking(text: "one ", delta: "one ")),
            Turn.at(1, .thinking(text: "one two", delta: "two")),
            Turn.at(2, .thinking(text: "three", delta: "three")),
        ])

        #expect(told.payloads.map { $0["data"]?["text"] } == ["one ", "one two", "three"])
    }
}

extension JSON {
    fileprivate var keys: [String] { (objectValue ?? [:]).map(\.key).sorted() }
}

/// A narrator and what it said.
private struct Telling {
    private var narrator: TurnNarrator
    var frames: [TurnFrame] = []

    init(_ generation: Generation) {
        narrator = TurnNarrator(generation, run: "run-1", session: "agent:main:main", agent: .main)
    }

    func tell(_ events: [(after: Duration, event: TurnEvent)]) -> Telling {
        var telling = self
        let start = ContinuousClock.now
        for (after, event) in events { telling.frames += telling.narrator.tell(event, at: start + after) }
        return telling
    }

    /// Many pieces of one text, a millisecond apart, of which nothing is kept.
    func tellPieces(of count: Int, _ piece: String, _ hear: ([TurnFrame]) -> Void) {
        var narrator = narrator
        var text = ""
        let start = ContinuousClock.now
        for number in 0..<count {
            text += piece
            let (after, event) = Turn.text(number, text, piece)
            hear(narrator.tell(event, at: start + after))
        }
    }

    var payloads: [JSON] {
        frames.compactMap { try? JSON.parse($0.body.text + "1}")["payload"] }
    }

    /// `chat delta`, `agent lifecycle start`, `agent assistant`.
    var names: [String] {
        zip(frames, payloads).map { frame, payload in
            let parts = [payload["stream"], payload["state"], payload["data"]?["phase"] ?? payload["phase"]]
            return ([frame.event] + parts.compactMap { $0?.stringValue }).joined(separator: " ")
        }
    }
}

/// Events of turns.
private enum Turn {
    static let start = Timestamp(milliseconds: 1_000)
    typealias Timed = (after: Duration, event: TurnEvent)

    static func at(_ milliseconds: Int, _ kind: TurnEvent.Kind, sequence: Int = 0) -> Timed {
        (
            .milliseconds(milliseconds),
            TurnEvent(
                run: "run-1", session: "agent:main:main", sessionID: "s1", agent: .main, sequence: sequence,
                at: start + .milliseconds(milliseconds), kind: kind)
        )
    }

    static func text(
        _ milliseconds: Int, _ text: String, _ delta: String, replaces: Bool = false, message: Int = 1
    ) -> Timed {
        at(
            milliseconds,
            .assistantText(AssistantText(text: text, delta: delta, replaces: replaces, message: message)))
    }

    static func end(_ milliseconds: Int, _ text: String) -> Timed {
        at(
            milliseconds,
            .ended(
                TurnEnd(
                    startedAt: start, endedAt: start, stopReason: .stop, text: text, wholeText: text,
                    usage: Usage(),
                    model: ModelReference("fake/fake-1"), toolNames: [])))
    }

    static let plain: [Timed] = [
        at(0, .status(.preparingWorkspace)), at(1, .status(.preparingContext)), at(2, .started(at: start)),
        at(3, .status(.startingModel)), at(4, .model(ModelReference(provider: "fake", model: "fake-1"))),
        text(5, "Hello", "Hello"), text(10, "Hello from the", " from the"),
        text(30, "Hello from the fake model.", " fake model."), at(40, .usage(Usage(input: 100, output: 6))),
        at(41, .finishing(stopReason: .stop)), end(50, "Hello from the fake model."),
    ]

    static func pieces(every step: Duration) -> [Timed] {
        (1...20).map { count in
            let words = (1...count).map { "word\($0)" }.joined(separator: " ")
            let after = Int(step.milliseconds) * count
            return text(after, words, " word\(count)")
        }
    }

    static let withTool: [Timed] = {
        let call = ToolCall(id: "call_1", name: "exec", arguments: ["command": "ls"])
        return [
            at(0, .started(at: start)), text(1, "Let me", "Let me"), text(2, "Let me look.", " look."),
            at(3, .toolStarted(call, title: "Exec ls")),
            at(
                4,
                .toolFinished(
                    call, ToolResult("a.txt\nb.txt", summary: "ls"), title: "Exec ls", startedAt: start)),
            text(500, "Two files.", "Two files.", message: 2), end(600, "Two files."),
        ]
    }()
}
