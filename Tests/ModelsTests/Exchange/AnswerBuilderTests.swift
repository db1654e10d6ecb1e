import Core
import Testing

@testable import Models

struct AnswerBuilderTests {
    private let endpoint = Endpoint.sample(.openAICompletions)

    @Test func `pieces of one text and of one thought are put together`() {
        var answer = AnswerBuilder()
        for piece in ["Let ", "me ", "see."] { answer.add(thinking: piece, at: 0) }
        for piece in ["Hel", "lo", "."] { answer.add(text: piece, at: 1) }

        #expect(
            answer.message(from: endpoint).content == [
                .thinking("Let me see.", signature: nil), .text("Hello."),
            ])
    }

    @Test func `a long thought grows in place`() {
        var answer = AnswerBuilder()
        let started = ContinuousClock.now
        for _ in 0..<200_000 { answer.add(thinking: "0123456789", at: 0) }

        // Copied for each piece it would be 200 GB.
        #expect(ContinuousClock.now - started < .seconds(10))
        #expect(answer.message(from: endpoint).content.count == 1)
        #expect(!answer.isTooLarge)
        answer.add(text: String(repeating: "x", count: 100_000))
        #expect(answer.isTooLarge)
    }

    @Test func `long arguments and a long signature grow in place`() {
        var (called, thought) = (AnswerBuilder(), AnswerBuilder())
        called.begin(.call(.init(id: "a", name: "read")), at: 0)
        thought.begin(.thinking("", signature: nil), at: 0)
        let started = ContinuousClock.now
        for _ in 0..<200_000 {
            called.add(arguments: "0123456789", at: 0)
            thought.add(signature: "0123456789", at: 0)
        }

        #expect(ContinuousClock.now - started < .seconds(10))
        #expect(!called.isTooLarge && !thought.isTooLarge)
    }

    private static let long = String(repeating: "x", count: AnswerBuilder.maxAnswerBytes)
    private static let additions: [@Sendable (inout AnswerBuilder) -> Void] = [
        { $0.begin(.text(long)) }, { $0.begin(.thinking("", signature: long)) },
        { $0.begin(.redacted(long)) },
        { $0.begin(.call(.init(id: "a", name: "b", arguments: long))) },
        { $0.begin(.call(.init(id: long, name: "b"))) },
        { $0.begin(.call(.init(id: "a", name: "b", signature: long))) },
        { $0.add(text: long) }, { $0.add(thinking: long) }, { $0.add(text: "", signature: long) },
        { $0.add(thinking: "", signature: long) }, { $0.add(arguments: long, at: 7) },
        { $0.set(arguments: long, at: 7) }, { $0.set(name: long, at: 7) },
        { $0.set(signature: long, ofThoughtAt: 8) }, { $0.add(signature: long, at: 8) },
    ]

    @Test(arguments: additions.indices)
    func `whatever is held counts, once`(index: Int) {
        var answer = AnswerBuilder()
        answer.begin(.call(.init(id: "a", name: "b")), at: 7)
        answer.begin(.thinking("", signature: nil), at: 8)
        Self.additions[index](&answer)
        #expect(answer.isTooLarge)

        answer = AnswerBuilder()
        answer.begin(.call(.init(id: "a", name: "b")), at: 7)
        answer.begin(.thinking("", signature: nil), at: 8)
        answer.count(bytes: -AnswerBuilder.maxAnswerBytes / 2)
        Self.additions[index](&answer)
        #expect(!answer.isTooLarge)
    }

    @Test func `arguments that come again in one piece count once`() {
        let long = String(repeating: "x", count: 1_200_000)
        var answer = AnswerBuilder()
        answer.begin(.call(.init(id: "a", name: "read")), at: 0)
        answer.add(arguments: long, at: 0)
        for _ in 0..<3 { answer.set(arguments: long, at: 0) }
        #expect(!answer.isTooLarge)
    }

    @Test func `counts that no vendor can mean are bounded`() {
        var answer = AnswerBuilder()
        answer.usage = Usage(input: .max, output: -5, cacheRead: .max, cacheWrite: .max)

        let usage = answer.message(from: endpoint).usage
        #expect(usage?.input == 1_000_000_000 && usage?.output == 0)
    }
}
