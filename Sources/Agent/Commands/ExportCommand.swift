import Core
import Store

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `/export-session`: the conversation as one HTML file that only its owner can read.
enum ExportCommand {
    /// Messages read at a time.
    private static let page: Int64 = 100

    @MainActor
    static func run(_ call: CommandCall) async throws -> CommandResult {
        let entry = try await call.entry()
        guard let last = try await call.stores.sessions.statistics(entry.sessionID)?.lastSequence, last > 0
        else {
            return .reply("There is nothing to export yet.")
        }
        guard let name = fileName(call.arguments, entry) else {
            return .reply(
                "`\(call.arguments)` is no file name. Write only a name: the file goes into the workspace.")
        }
        call.workspaces.prepare(call.profile)
        let path = "\(call.profile.workspace)/\(name)"
        // Under its own name an earlier export of the conversation makes room; what somebody named may be anything.
        guard let file = ExportFile(path, mayReplace: call.arguments.isEmpty) else {
            return .reply("`\(path)` cannot be written: \(String(cString: strerror(errno))).")
        }
        file.write(head(entry))
        for start in stride(from: 1, through: last, by: Int(page)) {
            let messages = try await call.stores.sessions.history(
                entry.sessionID, limit: Int(page), before: min(start + page, last + 1)
            ).messages
            for message in messages where message.sequence >= start { file.write(html(message)) }
        }
        file.write("</body></html>\n")
        return .reply(
            file.isWhole
                ? "Wrote the conversation to `\(path)`." : "`\(path)` is not whole: the disk may be full.")
    }

    /// Nil for what would lead out of the workspace.
    private static func fileName(_ wish: String, _ entry: SessionEntry) -> String? {
        if wish.isEmpty { return "session-\(entry.sessionID.rawValue.prefix(8)).html" }
        guard !wish.contains("/"), !wish.hasPrefix("."), wish.utf8.count <= 200 else { return nil }
        return wish.hasSuffix(".html") ? wish : wish + ".html"
    }

    private static func head(_ entry: SessionEntry) -> String {
        let title = escaped(entry.label ?? entry.displayName ?? entry.key.rawValue)
        return """
            <!doctype html><html><head><meta charset="utf-8"><title>\(title)</title><style>
            body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem }
            pre { font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; margin: .2rem 0 1.2rem }
            .toolResult pre, .system pre { opacity: .7; font-family: ui-monospace, monospace; font-size: 13px }
            </style></head><body><h1>\(title)</h1>

            """
    }

    private static func html(_ stored: StoredMessage) -> String {
        // A damaged row has no words to show.
        guard let json = try? JSON.parse(stored.json) else { return "" }
        let blocks = [Block](json: json["content"] ?? .null)
        var text = json["summary"]?.stringValue ?? blocks.text
        for case .toolCall(let call) in blocks { text += "\n→ \(call.name) \(call.arguments.text)" }
        if blocks.contains(where: \.isImage) { text += "\n[image]" }
        guard !text.trimmed.isEmpty else { return "" }
        let when = stored.createdAt.iso8601
        let role = escaped(stored.role)
        return "<div class=\"\(role)\"><b>\(role)</b> <small>\(when)</small>"
            + "<pre>\(escaped(String(text.trimmed)))</pre></div>\n"
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
        return result
    }
}

/// A file that is written from its beginning, readable by its owner alone.
private final class ExportFile {
    private let descriptor: CInt
    private(set) var isWhole = true

    /// Nil when it cannot be opened; `errno` says why. A link is not followed, and only a file is written to.
    init?(_ path: String, mayReplace: Bool) {
        let flags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
        let opened = open(path, mayReplace ? flags : flags | O_EXCL, 0o600)
        guard opened >= 0 else { return nil }
        descriptor = opened
        guard ftruncate(opened, 0) == 0 else { return nil }
    }

    func write(_ text: String) {
        var text = text
        let isWritten = text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                #if canImport(Glibc)
                    let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                #else
                    let count = Darwin.write(descriptor, rest.baseAddress, rest.count)
                #endif
                guard count > 0 else { return false }
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
            }
            return true
        }
        isWhole = isWhole && isWritten
    }

    deinit { close(descriptor) }
}
