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
        let newest = tail.newest(before: tail.messages.endIndex, maxBytes: maxBytes).map { tail.messages[$0] }
        expectToBeAccepted(newest)
        #expect(Array(tail.messages.suffix(max(newest.count - 1, 0))) == Array(newest.dropFirst()))
        return tail.messages
    }

    /// What every model takes: a question first, and no result without its call.
    private func expectToBeAccepted(_ messages: [Message]) {
        if case .user? = messages.first {} else { #expect(messages.isEmpty) }
        var open: Set<String> = []
        for message in messages {
            if case .assistant(let answer) = message { open.formUnion(answer.toolCalls.map(\.id)) }
            if case .toolResult(let result) = message { #expect(open.contains(result.toolCallID)) }
        }
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
        expectToBeAccepted(kept)
    }

    @Test func `a turn larger than the limit keeps its question and its newest calls`() async throws {
        let turn: [Message] = [.person("go")] + (0..<50).flatMap { [.call("\($0)"), .result("\($0)")] }
        let kept = try await context(turn, maxBytes: size(turn[91...]) + 10)
        #expect(kept.first == turn[0])
        #expect(Array(kept.dropFirst()) == Array(turn[91...]))
        let cutInAPair = try await context(turn, maxBytes: size(turn[92...]) + 10)
        #expect(Array(cutInAPair.dropFirst()) == Array(turn[93...]))
    }

    @Test(arguments: [50, 1_500]) func `a turn larger than the limit is remembered by the next one`(
        calls: Int
    ) async throws {
        let world = try TestStores()
        let (sessions, key): (_, SessionKey) = (world.stores.sessions, "agent:main:main")
        let work = (0..<calls).flatMap { [Message.call("\($0)"), .result("\($0)")] }
        let turn = [.person("go")] + work + [.answer("It is blue.")]
        _ = try await sessions.ensure(key)
        _ = try await sessions.append(turn, session: key, run: "first")
        let begun = try await world.stores.journal.begin(
            NewTurn(
                run: "next", session: key,
                message: UserMessage(content: [.text("what?")], timestamp: Timestamp(milliseconds: 1))))
        let limit = size(turn[91...]) + 200

        let tail = try await sessions.tail(begun.entry.sessionID, maxBytes: limit, turn: "next")
        let place = tail.messages.endIndex - 1
        let earlier = tail.newest(before: place, maxBytes: limit - tail.weights[place])

        #expect(tail.messages.first == turn[0] && tail.messages[place].plainText == "what?")
        #expect(earlier.first == 0 && earlier.last == place - 1 && earlier.count > 8)
        expectToBeAccepted(earlier.map { tail.messages[$0] })
        await world.database.close()
    }

    @Test func `a turn under way keeps all that it was asked, and is told apart from what others wrote`()
        async throws
    {
        let world = try TestStores()
        let key: SessionKey = "agent:main:main"
        let journal = world.stores.journal
        let begun = try await journal.begin(
            NewTurn(
                run: "r", session: key,
                message: UserMessage(content: [.text("go")], timestamp: Timestamp(milliseconds: 1))))
        try await journal.advance("r", appending: [.call("a")])
        _ = try await world.stores.sessions.append([.answer("note")], session: key, run: "n")
        try await journal.advance("r", appending: [.result("a"), .person("steered")])
        _ = try await world.stores.sessions.append([.person("other")], session: key, run: "o")
        try await journal.advance("r", appending: [.call("b"), .result("b")])

        let session = begun.entry.sessionID
        let whole = try await world.stores.sessions.tail(session, maxBytes: 1 << 20, turn: "r")
        let own: [Message] = [.call("a"), .result("a"), .person("steered"), .call("b"), .result("b")]
        let turns = whole.turns(at: whole.messages.indices)
        #expect(Array(turns[0].dropFirst()) == own)
        #expect(turns.dropFirst() == [[.answer("note")], [.person("other")]])
        let small = try await world.stores.sessions.tail(
            session, maxBytes: size(own.suffix(2)), turn: "r")
        #expect(small.messages.map(\.plainText) == ["go", "steered", "", "done"])
        await world.database.close()
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

    @Test func `of many photos the newest are read, and everything that was said`() async throws {
        let world = try TestStores()
        let photo = ImageContent(mimeType: "image/png", base64: String(repeating: "A", count: 3 << 20))
        let shown = (0..<8).map { number in
            Message.user(
                UserMessage(
                    content: [.text("photo \(number)"), .image(photo)],
                    timestamp: Timestamp(milliseconds: 1)))
        }
        _ = try await world.stores.sessions.append([.person("first of all")] + shown, to: session)
        let tail = try await world.stores.sessions.tail(session, maxBytes: 1 << 20)

        #expect(tail.messages.map(\.plainText) == ["first of all"] + (0..<8).map { "photo \($0)" })
        #expect(!tail.isCut && tail.weight < 8 * 7_000)
        let held = tail.messages.flatMap(\.images).map(\.base64.utf8.count)
        #expect(held == [0, 0, 0] + Array(repeating: 3 << 20, count: 5))
        #expect(tail.byteCount > 15 << 20)
        await world.database.close()
    }

    @Test func `a tail that is followed is the tail that is read`() async throws {
        let world = try TestStores()
        _ = try await world.stores.sessions.append(Array(talk[..<5]), to: session)
        var tail = try await world.stores.sessions.tail(session, maxBytes: 1 << 20)
        let positions = try await world.stores.sessions.append(Array(talk[5...]), to: session)
        for (message, position) in zip(talk[5...], positions) {
            let follows = tail.append(message, at: position, of: nil)
            #expect(follows)
        }

        let read = try await world.stores.sessions.tail(session, maxBytes: 1 << 20)
        let statistics = try #require(try await world.stores.sessions.statistics(session))
        #expect(tail.messages == read.messages && tail.weights == read.weights && tail.matches(statistics))
        for step in 0..<40 {
            let maxBytes = step * size(talk) / 39
            let cut = try await world.stores.sessions.tail(session, maxBytes: maxBytes)
            expectToBeAccepted(cut.messages)
            let newest = tail.newest(before: tail.messages.endIndex, maxBytes: maxBytes)
            expectToBeAccepted(newest.map { tail.messages[$0] })
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
        let follows = tail.append(talk[9], at: position, of: nil)
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
        let small = tail.newest(before: 3, maxBytes: tail.weight - tail.weights[0])
        #expect(small == [1, 2])
        #expect(tail.newest(before: 2, maxBytes: tail.weight - tail.weights[0]) == [0, 1])
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

        let follows = tail.append(summary, at: position, of: nil)
        #expect(!follows)
        await world.database.close()
    }
}
