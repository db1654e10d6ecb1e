import Core
import Wire

/// Files that people send: offered to the house, and fetched from Discord's file servers when it wants them.
@MainActor
struct IncomingFiles {
    let web: WebClient
    let proxy: String?

    private static let stickers = "https://media.discordapp.net/stickers"
    private static let stickerEndings = [1: "png", 2: "png", 4: "gif"]

    /// All files of a message, also of messages that are passed on with it.
    func of(_ message: DiscordMessage) -> [IncomingFile] {
        let isVoice = message.flags & MessageFlag.voiceMessage != 0
        let attachments = message.attachments + message.forwarded.flatMap(\.attachments)
        return attachments.map { file($0, isVoice: isVoice) } + message.stickers.compactMap(sticker)
    }

    private func file(_ attachment: DiscordAttachment, isVoice: Bool) -> IncomingFile {
        var file = IncomingFile(
            name: attachment.filename, mimeType: attachment.mimeType, byteCount: attachment.byteCount,
            save: saver(attachment.url))
        file.isVoice = isVoice
        file.caption = attachment.description
        return file
    }

    /// A sticker's picture; nil for those that are drawn by a program.
    private func sticker(_ sticker: DiscordSticker) -> IncomingFile? {
        guard let ending = Self.stickerEndings[sticker.format] else { return nil }
        var file = IncomingFile(
            name: "\(sticker.name).\(ending)", mimeType: "image/\(ending)",
            save: saver("\(Self.stickers)/\(sticker.id).\(ending)"))
        file.caption = sticker.name
        file.sticker = sticker.id.description
        return file
    }

    private func saver(_ address: String)
        -> @MainActor @Sendable (_ path: String, _ most: Int) async throws(IncomingFile.FetchError) -> Void
    {
        { [web, proxy] path, most throws(IncomingFile.FetchError) in
            var request = WebRequest("GET", address)
            request.proxy = proxy
            request.totalTimeout = .seconds(120)
            do throws(WebError) {
                try await web.save(request, to: path, atMost: most)
            } catch {
                let reason = "Discord's file could not be fetched: \(error.message)"
                switch error {
                case .tooLarge: throw .tooLarge
                case .unreachable, .timedOut, .interrupted: throw .passing(reason, after: .seconds(1))
                default: throw .failed(reason)
                }
            }
        }
    }
}
