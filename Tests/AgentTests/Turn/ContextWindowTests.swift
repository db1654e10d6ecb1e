import Core
import Testing

@testable import Agent

struct ContextWindowTests {
    private let window = ContextWindow(acceptsImages: true, isCut: false)

    /// A turn begins with each message of the person's.
    private func turns(_ messages: [Message]) -> [[Message]] {
        messages.reduce(into: []) { turns, message in
            if message.isFromUser || turns.isEmpty { turns.append([]) }
            turns[turns.endIndex - 1].append(message)
        }
    }

    @Test
    func `failed and empty answers are left out, aborted ones with text stay`() {
        let messages = window.messages(
            from: turns([
                .user("1"), .assistant("", .error), .user("2"), .assistant("half", .aborted), .user("3"),
                .assistant("", .aborted), .user("4"), .assistant("whole"),
            ]))

        #expect(
            messages.map(\.line) == [
                "user: 1", "user: 2", "assistant (aborted): half", "user: 3", "user: 4", "assistant: whole",
            ])
    }

    @Test
    func `commands and their answers are left out, notes stay`() {
        let messages = window.messages(
            from: turns([
                .user("/status"), .assistant("fine", .injected), .user("hi"), .assistant("Hello."),
                .assistant("A note.", .injected), .user("/bogus"), .assistant("What?"),
            ]))

        #expect(
            messages.map(\.line) == [
                "user: hi", "assistant: Hello.", "assistant (injected): A note.", "user: /bogus",
                "assistant: What?",
            ])
    }

    @Test
    func `every call has a result, and no result is without its call`() {
        let call = ToolCall.sample("exec", id: "c1")
        let messages = window.messages(
            from: turns([
                .result("old"), .user("go"), .calls([call, .sample("exec", id: "c2")]), .result("c2"),
                .user("well?"),
            ]))

        #expect(
            messages.map(\.line) == [
                "user: go", "assistant: → exec, exec", "tool exec: c2",
                "tool exec failed: No result of this call was kept.",
                "user: well?",
            ])
    }

    @Test
    func `a cut conversation says so in its first message`() {
        let messages = ContextWindow(acceptsImages: true, isCut: true).messages(from: [[.user("hi")]])

        #expect(messages.first?.line == "user: \(ContextWindow.cutNote)hi")
    }

    @Test
    func `only the newest turns are shown where a limit says so`() {
        let stored: [Message] = [
            .user("one"), .assistant("1"), .user("two"), .assistant("2"), .user("three"), .user("and four"),
        ]
        var window = ContextWindow(
            acceptsImages: true, isCut: false,
            summary: CompactionMessage(
                summary: "long ago", firstKept: 1, tokensBefore: 9, timestamp: .now))
        func shown(_ most: Int?) -> [String] {
            window.mostTurns = most
            return window.messages(from: turns(stored)).map(\.line)
        }

        #expect(shown(1) == ["user: \(ContextWindow.cutNote)three", "user: and four"])
        #expect(shown(2).dropFirst() == ["assistant: 2", "user: three", "user: and four"])
        #expect(shown(3).first?.contains("long ago") == true && shown(3).count == 7)
        #expect(shown(3) == shown(nil))
    }

    @Test
    func `images stay in the last turns only`() {
        let messages = window.messages(from: (0..<5).map { [.image("\($0)"), .assistant("seen")] })

        #expect(messages.count { $0.imageCount > 0 } == ContextWindow.turnsWithImages)
        #expect(messages[0].line.contains("image left out"))
        #expect(messages[8].imageCount == 1)
    }

    @Test
    func `images that were sent in a row stay together, up to what a vendor takes`() {
        let row = window.messages(from: (0..<5).map { [.image("\($0)")] })
        #expect(row.count { $0.imageCount > 0 } == 5)
        let long = ContextWindow.withNewestImages((0..<30).map { .image("\($0)") })
        #expect(long.suffix(20).count { $0.imageCount > 0 } == 20 && long[9].imageCount == 0)
    }

    @Test
    func `of images that are large the newest stay, as many bytes as a request may hold`() {
        let messages = (0..<5).map { Message.image("\($0)", bytes: 5 << 20) }
        #expect(ContextWindow.withNewestImages(messages).map(\.imageCount) == [0, 0, 1, 1, 1])
        #expect(
            ContextWindow.withNewestImages(messages, most: 12 << 20).map(\.imageCount) == [0, 0, 0, 1, 1])
        #expect(ContextWindow.withNewestImages(messages, most: 0).allSatisfy { !$0.hasImages })
        #expect(ContextWindow.withNewestImages(messages)[1].line.contains("image left out"))
        let empty = [Message.image("its bytes were not read", bytes: 0), .image("new")]
        #expect(ContextWindow.withNewestImages(empty).map(\.imageCount) == [0, 1])
    }

    @Test
    func `a model that cannot see gets words instead of images`() {
        let messages = ContextWindow(acceptsImages: false, isCut: false).messages(from: [[.image("look")]])

        #expect(messages[0].imageCount == 0)
        #expect(messages[0].line.contains("cannot see"))
    }

    @Test(arguments: [
        (8_000, 0), (32_000, 4_000), (200_000, 9_000), (1_000_000, 9_000), (1_000, 50_000), (Int.max, 0),
    ])
    func `the bytes for a window are bounded and leave room for the answer`(window: Int, other: Int) {
        let bytes = ContextWindow.bytes(window: window, reserve: 20_000, otherBytes: other)

        #expect(bytes >= ContextWindow.leastBytes)
        #expect(bytes <= ContextWindow.mostBytes)
        if window > 20_000 { #expect(bytes / 4 <= window - ContextWindow.reserve(20_000, of: window)) }
    }
}

extension Message {
    static func user(_ text: String) -> Message {
        .user(UserMessage(content: [.text(text)], timestamp: .now))
    }

    static func image(_ text: String, bytes: Int = 4) -> Message {
        let image = ImageContent(mimeType: "image/png", base64: String(repeating: "A", count: bytes))
        return .user(UserMessage(content: [.text(text), .image(image)], timestamp: .now))
    }

    static func assistant(_ text: String, _ reason: StopReason = .stop) -> Message {
        .assistant(
            AssistantMessage(content: text.isEmpty ? [] : [.text(text)], timestamp: .now, stopReason: reason))
    }

    static func calls(_ calls: [ToolCall]) -> Message {
        .assistant(
            AssistantMessage(content: calls.map { .toolCall($0) }, timestamp: .now, stopReason: .toolUse))
    }

    static func result(_ id: String) -> Message {
        .toolResult(
            ToolResultMessage(
                toolCallID: id, toolName: "exec", content: [.text(id)], isError: false, timestamp: .now))
    }
}
