import Core

/// A tool that answers what the test wrote, or waits.
@MainActor
struct ScriptedTool: Tool {
    enum Act: Sendable {
        case answer(String)
        case refuse(String)
        case hang(Gate)
    }

    let schema: ToolSchema
    let changesTheWorld: Bool
    let act: Act
    let calls: CallLog

    @MainActor
    final class CallLog: Sendable {
        private(set) var arguments: [JSON] = []
        let started = Gate()

        func add(_ json: JSON) {
            arguments.append(json)
            started.open()
        }
    }

    init(_ name: String, changesTheWorld: Bool = true, _ act: Act) {
        schema = ToolSchema(name: name, description: "A test.", parameters: ["type": "object"])
        self.changesTheWorld = changesTheWorld
        self.act = act
        calls = CallLog()
    }

    func call(_ arguments: JSON, in context: ToolContext) async throws(CancellationError) -> ToolResult {
        calls.add(arguments)
        context.progress("working")
        switch act {
        case .answer(let text): return ToolResult(text)
        case .refuse(let text): return ToolResult(text, isError: true)
        case .hang(let gate):
            await gate.wait()
            if Task.isCancelled { throw CancellationError() }
            return ToolResult("done at last")
        }
    }
}
