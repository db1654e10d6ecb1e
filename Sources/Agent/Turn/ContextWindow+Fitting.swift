import Core

extension ContextWindow {
    /// Longest tool result, and longest arguments of a call, where there is little room: their gist stands at the
    /// beginning and the end.
    static let gistBytes = 2_000

    static let leftOutResult =
        "[This result is left out: the conversation is longer than the model's window.]"

    /// What the messages take of a model's window, about.
    static func bytes(of messages: [Message]) -> Int { messages.reduce(0) { $0 + $1.windowBytes } }

    /// Shortens tools' results until all fits in `limit`, or nothing is left to shorten: the oldest first, to their gist,
    /// and then to a line that says that they are left out.
    ///
    /// Calls stay: a model that does not see what it has done does it again.
    static func shortened(_ messages: [Message], to limit: Int) -> [Message] {
        var messages = messages
        var excess = bytes(of: messages) - limit
        for shorten in [Message.withGist, Message.withoutResult] {
            for place in messages.indices where excess > 0 {
                let before = messages[place].windowBytes
                messages[place] = shorten(messages[place])()
                excess -= before - messages[place].windowBytes
            }
        }
        return messages
    }
}

extension Message {
    fileprivate var windowBytes: Int {
        switch self {
        case .user(let message): message.content.windowBytes
        case .assistant(let message): message.content.windowBytes
        case .toolResult(let message): message.content.windowBytes
        case .compaction(let message): message.summary.utf8.count
        }
    }

    fileprivate func withGist() -> Message {
        guard case .toolResult(var result) = self else { return self }
        result.content = result.content.map { block in
            guard case .text(let text, let signature) = block else { return block }
            return .text(
                OutputLimit.headAndTail(text, bytes: ContextWindow.gistBytes), signature: signature)
        }
        return .toolResult(result)
    }

    fileprivate func withoutResult() -> Message {
        guard case .toolResult(var result) = self,
            result.content.windowBytes > ContextWindow.leftOutResult.utf8.count
        else { return self }
        result.content = [.text(ContextWindow.leftOutResult)]
        return .toolResult(result)
    }
}

extension [Block] {
    fileprivate var windowBytes: Int {
        reduce(0) { sum, block in
            switch block {
            case .text(let text, _), .thinking(let text, _): sum + text.utf8.count
            case .redactedThinking(let data): sum + data.utf8.count
            case .toolCall(let call): sum + call.arguments.text.utf8.count
            // About 1,600 tokens, however large its file is.
            case .image: sum + 6_400
            }
        }
    }
}
