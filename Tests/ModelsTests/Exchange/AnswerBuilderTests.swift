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

    @Test func `counts that no vendor can mean are bounded`() {
        var answer = AnswerBuilder()
        answer.usage = Usage(input: .max, output: -5, cacheRead: .max, cacheWrite: .max)

        let usage = answer.message(from: endpoint).usage
        #expect(usage?.input == 1_000_000_000 && usage?.output == 0)
    }
}
