import Core

/// Replaces one piece of a file.
struct EditFile: Tool {
    let settings: ToolSettings
    let changesTheWorld = true

    let schema = ToolSchema(
        name: "edit",
        description:
            "Replace one exact piece of a text file. oldText must occur exactly once; add lines around it if not.",
        parameters: .schema(
            required: ["path", "oldText", "newText"],
            [
                ("path", "string", "File to change, relative to the workspace"),
                ("oldText", "string", "Exact text to replace, white space included"),
                ("newText", "string", "Text to put in its place"),
            ]))

    func call(_ arguments: JSON, in context: ToolContext) async throws(CancellationError) -> ToolResult {
        try await answering {
            let arguments = ToolArguments(arguments)
            let path = try WorkspacePath(
                arguments.text("path", "file_path"), workspace: context.workspace,
                staysInside: settings.workspaceOnly)
            let bytes = try FileAccess.read(path)
            let edit = TextEdit(
                old: Array(try arguments.text("oldText", "old_string").utf8),
                new: Array(try arguments.text("newText", "new_string").utf8))
            let (edited, line) = try edit.apply(to: bytes, named: path.shown)
            try FileAccess.write(edited, to: path)
            return ToolResult("Replaced 1 occurrence in \(path.shown), line \(line).", summary: path.shown)
        }
    }
}
