import Core
import Wire

/// Posts the parts of replies.
@MainActor
final class TelegramDelivery {
    /// Length of a text and of a caption, in UTF-16 units after formatting.
    static let mostTextUnits = 4096
    static let mostCaptionUnits = 1024

    private let api: TelegramAPI
    private let settings: TelegramSettings
    private let buttons: TelegramButtons
    private let log: Log
    /// Called with the old and the new id of a group that has become a supergroup.
    private let moved: (Int, Int) -> Void
    /// The chat's id now.
    private let current: (Int) -> Int
    let progress = TelegramProgress()
    /// Why files were not posted, by the marks of parts that are posted without them.
    var leftBehind: [String: String] = [:]
    private(set) var sent = TelegramSent(most: 1000)
    /// What messages that were changed last say: the same again is an error to Telegram, and counts against its limits.
    private var shown: [(id: TelegramMessageID, text: String, buttons: [[ReplyButton]])] = []
    /// Messages that are being written at the same time, at most.
    private static let mostShown = 32

    init(
        api: TelegramAPI, settings: TelegramSettings, buttons: TelegramButtons, log: Log,
        current: @escaping (Int) -> Int, moved: @escaping (Int, Int) -> Void
    ) {
        self.api = api
        self.settings = settings
        self.buttons = buttons
        self.log = log
        self.current = current
        self.moved = moved
    }

    func deliver(_ part: OutgoingPart) async throws(DeliveryError) -> MessageID {
        guard var place = TelegramPlace(part.address) else {
            throw .refused("`\(part.address.chat)` is no chat of Telegram's: its chats have numbers.")
        }
        place.chat = current(place.chat)
        let number: Int
        do throws(TelegramError) {
            number = try await deliver(part, at: place)
        } catch .moved(let new) {
            moved(place.chat, new)
            place.chat = new
            do throws(TelegramError) {
                number = try await deliver(part, at: place)
            } catch {
                throw error.delivery(chat: part.address.chat)
            }
        } catch {
            throw error.delivery(chat: part.address.chat)
        }
        let id = TelegramMessageID(chat: place.chat, number: number)
        sent.note(id, in: place.topic)
        return id.id
    }

    private func deliver(_ part: OutgoingPart, at place: TelegramPlace) async throws(TelegramError) -> Int {
        var content = part.content
        if !settings.showsButtons(in: place.chat), !content.buttons.isEmpty {
            content.text += "\n\n" + TelegramButtons.lines(content.buttons)
            content.buttons = []
        }
        await buttons.keep(content.buttons)
        if let posted = part.posted {
            guard let id = TelegramMessageID(posted, in: place.chat) else {
                throw .noMessage("`\(posted)` is no message of Telegram's")
            }
            if !content.files.isEmpty {
                return try await addFiles(content, to: id, nonce: part.nonce, at: place)
            }
            let text = seen(content)
            if !shown.contains(where: { $0.id == id && $0.text == text && $0.buttons == content.buttons }) {
                try await edit(id.number, content, at: place)
                noteShown(id, content)
            }
            return id.number
        }
        if content.files.isEmpty { return try await sendText(content, at: place) }
        return try await sendFiles(content, nonce: part.nonce, at: place)
    }

    /// A text cannot become a file: the files follow it, or take its place when nothing is left of it.
    private func addFiles(
        _ content: OutgoingPart.Content, to id: TelegramMessageID, nonce: String, at place: TelegramPlace
    ) async throws(TelegramError) -> Int {
        var (words, rest) = (content, content)
        words.files = []
        rest.text = ""
        if content.text.isEmpty {
            do throws(TelegramError) {
                try await api.delete(id)
            } catch .noMessage {
                // An earlier attempt, or a person, took it away.
            }
            return try await sendFiles(rest, nonce: nonce, at: place)
        }
        try await edit(id.number, words, at: place)
        rest.buttons = []
        _ = try await sendFiles(rest, nonce: nonce, at: place)
        return id.number
    }

    private func noteShown(_ id: TelegramMessageID, _ content: OutgoingPart.Content) {
        shown.removeAll { $0.id == id }
        shown.append((id, seen(content), content.buttons))
        if shown.count > Self.mostShown { shown.removeFirst() }
    }

    /// What is shown of a text: Telegram takes white space at both ends away.
    private func seen(_ content: OutgoingPart.Content) -> String {
        let html = TelegramHTML.render(content.text, tables: settings.tables, upTo: Self.mostTextUnits)
        return String((html?.html ?? content.text).trimmed)
    }

    // MARK: Text

    /// Tries the formatted text, and the text as it was written when Telegram finds a mistake in the other.
    private func formatted(
        _ text: String, key: String = "text", upTo most: Int = mostTextUnits, _ parameters: JSONObject,
        call: (JSONObject) async throws(TelegramError) -> JSON
    ) async throws(TelegramError) -> JSON {
        var parameters = parameters
        if let html = TelegramHTML.render(text, tables: settings.tables, upTo: most) {
            parameters[key] = .string(html.html)
            parameters["parse_mode"] = "HTML"
            do throws(TelegramError) {
                return try await call(parameters)
            } catch .badMarkup(let reason) {
                log.warning("formatting refused, sending plain text", ["reason": reason])
            }
            parameters["parse_mode"] = nil
        }
        parameters[key] = .string(text)
        return try await call(parameters)
    }

    private func sendText(_ content: OutgoingPart.Content, at place: TelegramPlace)
        async throws(TelegramError) -> Int
    {
        guard content.text.contains(where: { !$0.isWhitespace }) else {
            throw .impossible("The message is empty.")
        }
        let sent = try await inTopic(place) { place throws(TelegramError) in
            var parameters = self.parameters(content, at: place)
            parameters["reply_markup"] = self.buttons.keyboard(content.buttons)
            return try await self.formatted(content.text, parameters) { (p) throws(TelegramError) in
                try await self.api.post("sendMessage", p)
            }
        }
        let number = sent["message_id"]?.intValue ?? 0
        noteShown(TelegramMessageID(chat: place.chat, number: number), content)
        return number
    }

    /// Private chats go on without a topic that is gone; in a group a message outside of it would be out of place.
    private func inTopic(
        _ place: TelegramPlace, _ call: (TelegramPlace) async throws(TelegramError) -> JSON
    ) async throws(TelegramError) -> JSON {
        do throws(TelegramError) {
            return try await call(place)
        } catch .noTopic where place.isDirect && place.topic != nil {
            return try await call(TelegramPlace(chat: place.chat))
        }
    }

    private func parameters(_ content: OutgoingPart.Content, at place: TelegramPlace) -> JSONObject {
        var parameters = place.parameters
        if let reply = content.replyTo.flatMap({ TelegramMessageID($0, in: place.chat) }),
            current(reply.chat) == place.chat
        {
            parameters["reply_parameters"] = [
                "message_id": JSON(reply.number), "allow_sending_without_reply": true,
            ]
        }
        if content.isSilent { parameters["disable_notification"] = true }
        if !settings.showsLinkPreviews, content.files.isEmpty {
            parameters["link_preview_options"] = ["is_disabled": true]
        }
        return parameters
    }

    /// Changes a message of ours, or the caption of a file.
    func edit(
        _ number: Int, _ content: OutgoingPart.Content, at place: TelegramPlace
    ) async throws(TelegramError) {
        var parameters: JSONObject = ["chat_id": JSON(place.chat), "message_id": JSON(number)]
        parameters["reply_markup"] = buttons.keyboard(content.buttons)
        var caption = parameters
        if !settings.showsLinkPreviews { parameters["link_preview_options"] = ["is_disabled": true] }
        do throws(TelegramError) {
            do throws(TelegramError) {
                _ = try await formatted(content.text, parameters) { (p) throws(TelegramError) in
                    try await self.api.post("editMessageText", p)
                }
            } catch .hasNoText {
                caption["message_id"] = JSON(number)
                _ = try await formatted(content.text, key: "caption", upTo: Self.mostCaptionUnits, caption) {
                    (p) throws(TelegramError) in
                    try await self.api.post("editMessageCaption", p)
                }
            }
        } catch .notModified {
            return
        }
    }

    // MARK: Files

    private func sendFiles(
        _ content: OutgoingPart.Content, nonce: String, at place: TelegramPlace
    ) async throws(TelegramError) -> Int {
        let isCaption =
            TelegramHTML.render(content.text, tables: settings.tables, upTo: Self.mostCaptionUnits) != nil
            // Below an album no keyboard can stand: the words are a message of their own then, and it is below them.
            && (content.buttons.isEmpty || content.files.count == 1)
        let hasText = content.text.contains { !$0.isWhitespace }
        var posted = progress[nonce] ?? TelegramProgress.Steps()
        var words: String {
            ([hasText && !posted.hasCaption ? content.text : ""] + posted.failures).filter { !$0.isEmpty }
                .joined(separator: "\n\n")
        }
        // The end of an album that was refused: which of its files is unfit shows when each is sent alone.
        var endOfRefused = 0
        while posted.done < content.files.count {
            let left = content.files[posted.done...]
            var count = 1
            do throws(TelegramError) {
                let pieces = try TelegramUploads.group(posted.done < endOfRefused ? left.prefix(1) : left)
                count = pieces.count
                var message = content
                if posted.first != 0 { message.replyTo = nil }
                if posted.first != 0 || !isCaption { (message.text, message.buttons) = ("", []) }
                let id = try await send(pieces, message, at: place)
                if posted.first == 0 { (posted.first, posted.hasCaption) = (id, isCaption) }
            } catch {
                // A file that cannot go must not keep the words or other files from going.
                guard error.isAboutFile else { throw error }
                guard count == 1 else {
                    endOfRefused = posted.done + count
                    continue
                }
                let names = left.prefix(1).map { TelegramUploads.name(of: $0) }
                posted.failures.append("⚠️ \(names.joined()): \(error.sentence())")
            }
            posted.done += count
            if posted.done < content.files.count || !words.isEmpty { await progress.note(posted, of: nonce) }
        }
        var rest = content
        rest.files = []
        rest.text = words
        if posted.first != 0 { rest.replyTo = nil }
        let number = rest.text.isEmpty ? posted.first : try await sendText(rest, at: place)
        await progress.forget(nonce)
        if !posted.failures.isEmpty { leftBehind[nonce] = posted.failures.joined(separator: "\n") }
        return number
    }

    private func send(
        _ pieces: [TelegramUploads.Piece], _ content: OutgoingPart.Content, at place: TelegramPlace
    ) async throws(TelegramError) -> Int {
        guard pieces.count == 1, let piece = pieces.first else {
            let sent = try await inTopic(place) { place throws(TelegramError) in
                try await self.sendAlbum(pieces, content, self.parameters(content, at: place))
            }
            return sent.arrayValue?.first?["message_id"]?.intValue ?? 0
        }
        let sent = try await inTopic(place) { place throws(TelegramError) in
            let parameters = self.parameters(content, at: place)
            do throws(TelegramError) {
                return try await self.send(piece, content, parameters)
            } catch .unsuitableFile where piece.kind != .document {
                var document = piece
                document.kind = .document
                return try await self.send(document, content, parameters)
            }
        }
        return sent["message_id"]?.intValue ?? 0
    }

    private func send(
        _ piece: TelegramUploads.Piece, _ content: OutgoingPart.Content, _ base: JSONObject
    ) async throws(TelegramError) -> JSON {
        var parameters = base
        parameters["reply_markup"] = buttons.keyboard(content.buttons)
        let kind = piece.kind
        if piece.upload == nil { parameters[kind.field] = .string(piece.file.source) }
        let files = piece.upload.map { [(name: kind.field, file: $0)] } ?? []
        return try await captioned(content.text, parameters) { (parameters) throws(TelegramError) in
            try await self.api.post(kind.method, parameters, files: files)
        }
    }

    private func sendAlbum(
        _ pieces: [TelegramUploads.Piece], _ content: OutgoingPart.Content, _ parameters: JSONObject
    ) async throws(TelegramError) -> JSON {
        let items = pieces.enumerated().map { index, piece -> JSONObject in
            let media = piece.upload == nil ? piece.file.source : "attach://file\(index)"
            return ["type": .string(piece.kind.field), "media": .string(media)]
        }
        let files = pieces.enumerated().compactMap { index, piece in
            piece.upload.map { (name: "file\(index)", file: $0) }
        }
        return try await captioned(content.text, [:]) { (caption) throws(TelegramError) in
            var items = items
            for key in ["caption", "parse_mode"] { items[0][key] = caption[key] }
            var parameters = parameters
            parameters["media"] = .array(items.map { .object($0) })
            return try await self.api.post("sendMediaGroup", parameters, files: files)
        }
    }

    private func captioned(
        _ text: String, _ parameters: JSONObject, call: (JSONObject) async throws(TelegramError) -> JSON
    ) async throws(TelegramError) -> JSON {
        if text.isEmpty { return try await call(parameters) }
        return try await formatted(
            text, key: "caption", upTo: Self.mostCaptionUnits, parameters, call: call)
    }
}
