import Testing
import Wire

@testable import Gateway

@MainActor
struct SharedAnswersTests {
    private let answers = SharedAnswers()

    private func shared(_ byte: UInt8, count: Int) -> SharedBytes? {
        let answer = answers.shared(HTTPResponse(body: .bytes([UInt8](repeating: byte, count: count))))
        guard case .shared(let bytes) = answer.body else { return nil }
        return bytes
    }

    @Test func `what is large and the same is kept once, as long as it is used`() {
        var first = shared(1, count: 20_000)
        weak let kept = first

        #expect(first != nil && first === shared(1, count: 20_000))
        #expect(first !== shared(2, count: 20_000) && first !== shared(1, count: 20_001))
        #expect(shared(1, count: 1_000) == nil)
        first = nil
        #expect(kept == nil)
    }
}
