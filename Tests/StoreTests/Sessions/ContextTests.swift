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

    private func context(_ messages: [Message], maxBytes: Int) async throws -> [Message] {
        let world = try TestStores()
        _ = try await world.stores.sessions.append(messages, to: session)
        let tail = try await world.stores.sessions.tail(session, maxBytes: maxBytes)
        await world.database.close()
        #expect(tail.newest(maxBytes: maxBytes) ?? tail.messages == tail.messages)
        return tail.messages
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

    @Test func `an image weighs what a model makes of it and not what its file does`() async throws {
        let photo = String(repeating: "A", count: 400_000)
        let shown: [Message] = [
            .user(
                UserMessage(
                    content: [.text("look"), .image(ImageContent(mimeType: "image/png", base64: photo))],
                    timestamp: Timestamp(milliseconds: 1))), .answer("A cat."), .person("And now?"),
        ]
        #expect(try await context(shown, maxBytes: 8_000) == shown)
        #expect(try await context(shown, maxBytes: 6_000) == [shown[2]])
    }

    @Test func `a tail that is followed is the tail that is read`() async throws {
        let world = try TestStores()
        _ = try await world.stores.sessions.append(Array(talk[..<5]), to: session)
        var tail = try await world.stores.sessions.tail(session, maxBytes: 1 << 20)
        let positions = try await world.stores.sessions.append(Array(talk[5...]), to: session)
        for (message, position) in zip(talk[5...], positions) {
            let follows = tail.append(message, at: position)
            #expect(follows)
        }

        let read = try await world.stores.sessions.tail(session, maxBytes: 1 << 20)
        let statistics = try #require(try await world.stores.sessions.statistics(session))
        #expect(tail.messages == read.messages && tail.weights == read.weights && tail.matches(statistics))
        for step in 0..<40 {
            let maxBytes = step * size(talk) / 39
            let cut = try await world.stores.sessions.tail(session, maxBytes: maxBytes)
            if let newest = tail.newest(maxBytes: maxBytes) { #expect(newest == cut.messages) }
        }
        await world.database.close()
    }

    @Test func `a tail that missed a message says so`() async throws {
        let world = try TestStores()
        _ = try await world.stores.sessions.append(Array(talk[..<2]), to: session)
        var tail = try await world.stores.sessions.tail(session, maxBytes: 1 << 20)
        _ = try await world.stores.sessions.append([talk[2]], to: session)
        let position = try await world.stores.sessions.append([talk[9]], to: session)[0]

        let statistics = try #require(try await world.stores.sessions.statistics(session))
        let follows = tail.append(talk[9], at: position)
        #expect(!follows)
        #expect(!tail.matches(statistics))
        await world.database.close()
    }

    @Test func `a transcript that does not exist gives none`() async throws {
        let world = try TestStores()
        #expect(try await world.stores.sessions.tail("nobody", maxBytes: 1_000).messages == [])
        await world.database.close()
    }

    @Test func `a summary ends the reading, and the newest one counts`() async throws {
        let world = try TestStores()
        let sessions = world.stores.sessions
        _ = try await sessions.append((1...6).map { .person("message \($0)") }, to: session)
        _ = try await sessions.append(
            [.summary("the first four", before: 5), .person("message 8")], to: session)

        let tail = try await sessions.tail(session, maxBytes: 1 << 20)
        #expect(tail.summary?.summary == "the first four")
        #expect(tail.messages.map(\.plainText) == ["message 5", "message 6", "message 8"])
        #expect(tail.sequences == [5, 6, 8])
        #expect(!tail.isCut)
        let small = tail.newest(maxBytes: tail.weight - tail.weights[0])
        #expect(small?.map(\.plainText) == ["message 6", "message 8"])
        #expect(tail.leavesOut(beyond: 2))

        _ = try await sessions.append([.summary("the first seven", before: 8)], to: session)
        let later = try await sessions.tail(session, maxBytes: 1 << 20)
        #expect(later.summary?.summary == "the first seven")
        #expect(later.messages.map(\.plainText) == ["message 8"] && !later.isCut)
        #expect(try await sessions.history(session, limit: 20).total == 9)
        await world.database.close()
    }

    @Test func `a conversation that was summarised is no tail of what was read before`() async throws {
        let world = try TestStores()
        _ = try await world.stores.sessions.append([.person("hi"), .answer("hello")], to: session)
        var tail = try await world.stores.sessions.tail(session, maxBytes: 1 << 20)
        let summary = Message.summary("greetings", before: 2)
        let position = try await world.stores.sessions.append([summary], to: session)[0]

        let follows = tail.append(summary, at: position)
        #expect(!follows)
        await world.database.close()
    }
}
