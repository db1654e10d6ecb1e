import Core
import Wire

/// Shows a text file or an image.
struct ReadFile: Tool {
    let settings: ToolSettings
    let changesTheWorld = false

    /// Vendors refuse larger images.
    static let mostImageBytes = 5 << 20

    let schema = ToolSchema(
        name: "read",
        description: """
            Read a text file or an image (png, jpeg, gif, webp). Text is cut at 2000 lines; use offset and limit for more.
            """,
        parameters: .schema(
            required: ["path"],
            [
                ("path", "string", "File to read, relative to the workspace"),
                ("offset", "integer", "First line, from 1"),
                ("limit", "integer", "Number of lines"),
            ]))

    func call(_ arguments: JSON, in context: ToolContext) async throws(CancellationError) -> ToolResult {
        try await answering {
            let arguments = ToolArguments(arguments)
            let path = try WorkspacePath(
                arguments.text("path", "file_path"), workspace: context.workspace,
                staysInside: settings.workspaceOnly)
            let bytes = try FileAccess.read(path)
            if let type = ImageType(bytes) { return try Self.image(bytes, type, path) }
            guard !bytes.prefix(8 << 10).contains(0) else {
                throw ToolFailure(
                    "\(path.shown) is a binary file (\(bytes.count) bytes). Look at it with `exec`.")
            }
            let text = try FileText(bytes: bytes).shown(
                offset: arguments.number("offset", in: 1...Int(Int32.max)) ?? 1,
                limit: arguments.number("limit", in: 1...Int(Int32.max)))
            return ToolResult(text.isEmpty ? "(empty file)" : text, summary: path.shown)
        }
    }

    private static func image(
        _ bytes: [UInt8], _ type: ImageType, _ path: WorkspacePath
    ) throws(ToolFailure) -> ToolResult {
        guard bytes.count <= mostImageBytes else {
            throw ToolFailure(
                "\(path.shown) is \(bytes.count >> 20) MiB; images may have 5 MiB. Make it smaller with `exec`."
            )
        }
        let image = ImageContent(mimeType: type.rawValue, base64: Base64.encode(bytes))
        return ToolResult(
            content: [.text("\(path.shown), \(type.rawValue), \(bytes.count) bytes"), .image(image)],
            summary: path.shown)
    }
}
