import Agent
import Core

extension TurnNarrator {
    mutating func toolStarted(_ call: ToolCall, _ title: String, _ time: Timestamp) -> [TurnFrame] {
        var told = flush(time, inChat: true)
        if generation == .four {
            told.append(
                item(call, title, time) {
                    $0.add("phase", "start")
                    $0.add("status", "running")
                    $0.add("startedAt", time)
                })
        }
        told.append(tool(call, phase: "start", time) { $0.add("args", call.arguments) })
        return told
    }

    mutating func toolProgressed(_ call: ToolCall, _ partial: String, _ time: Timestamp)
        -> [TurnFrame]
    {
        let text = partial.tail(bytes: Self.mostToolBytes)
        return [
            tool(call, phase: "update", time, isDroppable: true) {
                $0.addObject("partialResult") { RunFrames.addContent(text, to: &$0) }
            }
        ]
    }

    mutating func toolFinished(
        _ call: ToolCall, _ result: ToolResult, _ title: String, _ start: Timestamp, _ time: Timestamp
    ) -> [TurnFrame] {
        let isToday = generation == .four
        let content = JSON.array(result.content.compactMap { Self.shown($0) })
        var told = [
            tool(call, phase: "result", time) {
                if let meta = result.summary { $0.add("meta", meta) }
                $0.add("isError", result.isError)
                if isToday { $0.add("commandBearing", call.name == "exec") }
                $0.addObject("result") { $0.add("content", content) }
            }
        ]
        guard isToday else { return told }
        told.append(
            item(call, title, time) {
                $0.add("phase", "end")
                $0.add("status", result.isError ? "failed" : "completed")
                $0.add("startedAt", start)
                $0.add("endedAt", time)
                if let meta = result.summary { $0.add("meta", meta) }
                if result.isError {
                    $0.add("error", result.content.text.head(bytes: Self.mostErrorBytes))
                }
            })
        return told
    }

    private mutating func tool(
        _ call: ToolCall, phase: String, _ time: Timestamp, isDroppable: Bool = false,
        _ more: (inout JSONWriter) -> Void
    ) -> TurnFrame {
        frames.numbered("tool", time, audience: .toolEvents, isDroppable: isDroppable) {
            $0.add("phase", phase)
            $0.add("name", call.name)
            $0.add("toolCallId", call.id)
            more(&$0)
        }
    }

    private mutating func item(
        _ call: ToolCall, _ title: String, _ time: Timestamp, _ more: (inout JSONWriter) -> Void
    ) -> TurnFrame {
        frames.numbered("item", time) {
            $0.add("itemId", "tool:\(call.id)")
            $0.add("toolCallId", call.id)
            $0.add("name", call.name)
            $0.add("kind", "tool")
            $0.add("title", title)
            $0.add("commandBearing", call.name == "exec")
            more(&$0)
        }
    }

    /// Text is cut and images are left out: the transcript has the whole.
    private static func shown(_ block: Block) -> JSON? {
        switch block {
        case .text(let text, _): ["type": "text", "text": .string(text.head(bytes: mostToolBytes))]
        case .image(let image): image.omittedJSON
        default: nil
        }
    }

    /// Text of a tool in one event.
    ///
    /// A card shows a few hundred lines at most.
    private static let mostToolBytes = 16 << 10

    /// What a card says of a tool that failed: a few lines; the result has the rest.
    private static let mostErrorBytes = 2 << 10
}
