import Core
import Testing

@testable import Store

struct ContextTests {
    private let session: SessionID = "s"

    private let talk: [Message] = [
        .person("one"), .answer("1"), .person("two"), .call("a"), .result("a"), .call("b"), .result("b"),
        .answer("2"),
        .person("three"), .answer("3"),
    ]

    private func context(_ messages: [Message], maxBytes: Int, upTo: Int64? = nil) async throws -> [Message] {
        let world = try TestStores()
        _ = try await world.stores.sessions.append(messages, to: session)
        let context = try await world.stores.sessions.context(session, maxBytes: maxBytes, upTo: upTo)
        await world.database.close()
        return context
    }

    private func size(_ messages: some Sequence<Message>) -> Int {
        messages.reduce(0) { $0 + $1.json.encoded().count }
    }

    @Test func `everything fits when there is room`() async throws {
        #expect(try await context(talk, maxBytes: 1 << 20) == talk)
    }

    @Test func `what does not fit leaves whole exchanges out`() async throws {
        // Room for all but the first question: its answer has nothing to stand on and goes too.
        #expect(try await context(talk, maxBytes: size(talk) - 1) == Array(talk[2...]))
        #expect(try await context(talk, maxBytes: size(talk[3...])) == Array(talk[8...]))
    }

    @Test(arguments: 0..<40) func `any size gives a context a model accepts`(step: Int) async throws {
        let kept = try await context(talk, maxBytes: step * size(talk) / 39)
        if case .user? = kept.first {} else { #expect(kept.isEmpty) }
        var open: Set<String> = []
        for message in kept {
            if case .assistant(let answer) = message { open.formUnion(answer.toolCalls.map(\.id)) }
            if case .toolResult(let result) = message { #expect(open.contains(result.toolCallID)) }
        }
    }

    @Test func `a turn larger than the limit keeps its question and its newest calls`() async throws {
        let turn: [Message] = [.person("go")] + (0..<50).flatMap { [.call("\($0)"), .result("\($0)")] }
        let kept = try await context(turn, maxBytes: size(turn[91...]) + 10)
        #expect(kept.first == turn[0])
        #expect(Array(kept.dropFirst()) == Array(turn[91...]))
        let cutInAPair = try await context(turn, maxBytes: size(turn[92...]) + 10)
        #expect(Array(cutInAPair.dropFirst()) == Array(turn[93...]))
    }

    @Test func `newer messages can be left out`() async throws {
        #expect(try await context(talk, maxBytes: 1 << 20, upTo: 8) == Array(talk[..<8]))
        #expect(try await context(talk, maxBytes: 1 << 20, upTo: 0) == [])
        #expect(try await context(talk, maxBytes: 1 << 20, upTo: Int64.max) == talk)
    }

    @Test func `tokens are counted as four bytes`() async throws {
        let world = try TestStores()
        _ = try await world.stores.sessions.append(talk, to: session)
        #expect(try await world.stores.sessions.context(session, maxTokens: Int.max) == talk)
        let last = size(talk[8...])
        #expect(
            try await world.stores.sessions.context(session, maxTokens: last / 4 + 1) == Array(talk[8...]))
        await world.database.close()
    }

    @Test func `a transcript that does not exist gives none`() async throws {
        let world = try TestStores()
        #expect(try await world.stores.sessions.context("nobody", maxBytes: 1_000) == [])
        await world.database.close()
    }
}
