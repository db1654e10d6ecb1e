import Core
import Store

/// `/context`: what the next model request would hold, and how large each part is.
enum ContextCommand {
    @MainActor
    static func run(_ call: CommandCall) async throws -> CommandResult {
        let entry = try await call.entry()
        let files = call.workspaces.files(of: call.profile, mostBytes: call.settings.bootstrapMaxChars)
        let identity = call.workspaces.identity(of: call.profile, among: files)
        let prompt = PromptBuilder(settings: call.settings, profile: call.profile, identity: identity)
            .system(files: files)
        let offer = call.tools.offer(call.profile.tools)
        let transcript = try await call.stores.sessions.statistics(entry.sessionID)
        var lines = [
            "🧠 Context",
            "Workspace: \(call.profile.workspace)",
            "System prompt: \(size(prompt.utf8.count))",
            "",
            "Workspace files:",
        ]
        lines += files.map { "- \($0.name): \(size($0.text.utf8.count))\($0.isCut ? ", cut" : "")" }
        lines += ["", "Tools (\(offer.schemas.count)): \(size(offer.byteCount))"]
        lines += offer.schemas.map { "- \($0.name): \(size($0.byteCount))" }
        lines += ["", "Transcript: \(transcript?.count ?? 0) messages, \(size(Int(transcript?.bytes ?? 0)))"]
        return .reply(lines.joined(separator: "\n"))
    }

    private static func size(_ bytes: Int) -> String {
        "\(bytes) bytes (about \(bytes / PromptBuilder.bytesPerToken) tokens)"
    }
}
