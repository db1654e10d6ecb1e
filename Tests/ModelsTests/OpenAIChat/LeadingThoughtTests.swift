import Testing

@testable import Models

struct LeadingThoughtTests {
    private func read(_ pieces: [String]) -> (thought: String, text: String) {
        var reader = LeadingThought()
        let read = pieces.flatMap { reader.read($0) } + reader.rest()
        return read.reduce(into: ("", "")) { whole, piece in
            switch piece {
            case .thought(let text): whole.0 += text
            case .text(let text): whole.1 += text
            }
        }
    }

    @Test(arguments: [
        ("Hello.", "", "Hello."),
        ("<think>plan</think>\n\nHello.", "plan", "Hello."),
        (
            " \n<Thinking>a < b, </think></thinking>Hi <think>x</think>", "a < b, </think>",
            "Hi <think>x</think>"
        ),
        ("<thought>åäö 🍤</thought>", "åäö 🍤", ""),
        ("<think></think>Hi", "", "Hi"),
        ("<think>one</think>\n<think>two</think>\nHi", "onetwo", "Hi"),
        ("<think>never ended </thin", "never ended </thin", ""),
        ("<thin", "", "<thin"), ("<thinker>Hi", "", "<thinker>Hi"), ("  Hi  ", "", "  Hi  "), ("", "", ""),
    ])
    func `only what stands between tags at the beginning is a thought, any way it is cut`(
        whole: String, thought: String, text: String
    ) {
        for first in 0...whole.count {
            for second in first...whole.count {
                let start = whole.prefix(first)
                let middle = whole.dropFirst(first).prefix(second - first)
                let read = read([String(start), String(middle), String(whole.dropFirst(second))])
                #expect(read.thought == thought && read.text == text, "cut at \(first) and \(second)")
            }
        }
        let each = read(whole.map { String($0) })
        #expect(each.thought == thought && each.text == text)
    }

    @Test func `a tag that a whole answer begins with and never closes is part of it`() {
        var reader = LeadingThought()
        let pieces = ["<thin", "king> is a tag", "."].flatMap { reader.read($0) } + reader.end()
        #expect(pieces.last == .text("<thinking> is a tag."))
    }

    @Test func `however many thoughts there are, they are read one after another`() {
        let started = ContinuousClock.now
        let empty = read([String(repeating: "<think></think>", count: 60_000) + "Hi"])
        let full = read([
            String(repeating: "<thought>a</thought>\n", count: 20_000), "<think>", "b", "</think>Hi",
        ])

        #expect(ContinuousClock.now - started < .seconds(20))
        #expect(empty.thought.isEmpty && empty.text == "Hi")
        #expect(full.thought == String(repeating: "a", count: 20_000) + "b" && full.text == "Hi")
    }

    @Test func `an answer that begins with line breaks without end is shown`() {
        var reader = LeadingThought()
        let shown = (0..<1_000).flatMap { _ in reader.read("\n") }
        #expect(shown.count > 700)
    }
}
