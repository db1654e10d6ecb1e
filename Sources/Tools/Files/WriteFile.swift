import Core

/// Writes a whole file.
struct WriteFile: Tool {
    let settings: ToolSettings
    let changesTheWorld = true

    let schema = ToolSchema(
        name: "write",
        description: "Write a file, replacing what is there. Makes missing folders.",
        parameters: .schema(
            required: ["path", "content"],
            [
                ("path", "string", "File to write, relative to the workspace"),
                ("content", "string", "The whole new content"),
            ]))

    func call(_ arguments: JSON, in context: ToolContext) async throws(CancellationError) -> ToolResult {
        try await answering {
            let arguments = ToolArguments(arguments)
            let path = try WorkspacePath(
                arguments.text("path", "file_path"), workspace: context.workspace,
                staysInside: settings.workspaceOnly)
            let bytes = Array(try arguments.text("content").utf8)
            try FileAccess.write(bytes, to: path)
            return ToolResult("Wrote \(bytes.count) bytes to \(path.shown).", summary: path.shown)
        }
    }
}
