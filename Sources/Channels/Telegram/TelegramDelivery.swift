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
        let caption = TelegramHTML.render(content.text, tables: settings.tables, upTo: Self.mostCaptionUnits)
        let hasText = content.text.contains { !$0.isWhitespace }
        let steps = TelegramUploads.steps(
            content.files, captionFits: caption != nil, hasButtons: !content.buttons.isEmpty)
        var posted = progress[nonce] ?? TelegramProgress.Steps()
        var words: String {
            ([hasText && !posted.hasCaption ? content.text : ""] + posted.failures).filter { !$0.isEmpty }
                .joined(separator: "\n\n")
        }
        for (index, step) in steps.enumerated().dropFirst(posted.done) {
            do throws(TelegramError) {
                let id = try await send(step, content, isFirst: index == 0, at: place)
                if posted.first == 0 { posted.first = id }
                if step.hasCaption { posted.hasCaption = true }
            } catch {
                // A file that cannot go must not keep the words from going.
                guard error.isAboutFile else { throw error }
                posted.failures.append(
                    "⚠️ \(step.files.map(\.name).joined(separator: ", ")): \(error.sentence())")
            }
            posted.done = index + 1
            if posted.done < steps.count || !words.isEmpty { await progress.note(posted, of: nonce) }
        }
        var rest = content
        rest.files = []
        rest.text = words
        if posted.first != 0 { rest.replyTo = nil }
        let number = rest.text.isEmpty ? posted.first : try await sendText(rest, at: place)
        await progress.forget(nonce)
        return number
    }

    private func send(
        _ step: TelegramUploads.Step, _ content: OutgoingPart.Content, isFirst: Bool, at place: TelegramPlace
    ) async throws(TelegramError) -> Int {
        var content = content
        if !isFirst { content.replyTo = nil }
        guard step.files.count == 1, let piece = step.files.first else {
            let sent = try await inTopic(place) { place throws(TelegramError) in
                try await self.sendAlbum(step, content, self.parameters(content, at: place))
            }
            return sent.arrayValue?.first?["message_id"]?.intValue ?? 0
        }
        let sent = try await inTopic(place) { place throws(TelegramError) in
            let parameters = self.parameters(content, at: place)
            do throws(TelegramError) {
                return try await self.send(piece, step, content, parameters)
            } catch .unsuitableFile where piece.kind != .document {
                let document = TelegramUploads.Piece(kind: .document, file: piece.file)
                return try await self.send(document, step, content, parameters)
            }
        }
        return sent["message_id"]?.intValue ?? 0
    }

    private func send(
        _ piece: TelegramUploads.Piece, _ step: TelegramUploads.Step, _ content: OutgoingPart.Content,
        _ base: JSONObject
    ) async throws(TelegramError) -> JSON {
        var parameters = base
        if step.hasCaption { parameters["reply_markup"] = buttons.keyboard(content.buttons) }
        var kind = piece.kind
        let file = try upload(piece)
        if let file, kind == .photo, file.byteCount > TelegramUploads.mostPhotoBytes { kind = .document }
        if file == nil { parameters[kind.field] = .string(piece.file.source) }
        let call = { (parameters: JSONObject) async throws(TelegramError) -> JSON in
            guard let file else { return try await self.api.post(kind.method, parameters) }
            return try await self.api.post(kind.method, parameters, files: [(kind.field, file)])
        }
        guard step.hasCaption else { return try await call(parameters) }
        return try await formatted(
            content.text, key: "caption", upTo: Self.mostCaptionUnits, parameters, call: call)
    }

    private func sendAlbum(
        _ step: TelegramUploads.Step, _ content: OutgoingPart.Content, _ parameters: JSONObject
    ) async throws(TelegramError) -> JSON {
        var items: [JSONObject] = []
        var files: [(name: String, file: FormFile)] = []
        for (index, piece) in step.files.enumerated() {
            var item: JSONObject = ["type": .string(piece.kind.field), "media": .string(piece.file.source)]
            if let file = try upload(piece) {
                item["media"] = .string("attach://file\(index)")
                files.append(("file\(index)", file))
            }
            items.append(item)
        }
        let uploads = files
        let send = { (caption: JSONObject) async throws(TelegramError) -> JSON in
            var items = items
            for key in ["caption", "parse_mode"] { items[0][key] = caption[key] }
            var parameters = parameters
            parameters["media"] = .array(items.map { .object($0) })
            return try await self.api.post("sendMediaGroup", parameters, files: uploads)
        }
        guard step.hasCaption else { return try await send([:]) }
        return try await formatted(content.text, key: "caption", upTo: Self.mostCaptionUnits, [:], call: send)
    }

    /// The file to send along; nil when Telegram fetches it from its address itself.
    private func upload(_ piece: TelegramUploads.Piece) throws(TelegramError) -> FormFile? {
        let source = piece.file.source
        if piece.file.isRemote { return nil }
        guard
            let file = FormFile(
                path: source, name: piece.name, mimeType: TelegramUploads.mimeType(of: piece.file))
        else { throw .refused(status: 400, description: "there is no such file") }
        guard file.byteCount > 0 else { throw .refused(status: 400, description: "the file is empty") }
        guard file.byteCount <= TelegramUploads.mostBytes else {
            throw .refused(status: 413, description: "Request Entity Too Large")
        }
        return file
    }
}

extension TelegramError {
    /// Whether the words alone could still be posted.
    fileprivate var isAboutFile: Bool {
        switch self {
        case .unsuitableFile: true
        case .refused(let status, _): status == 400 || status == 413
        default: false
        }
    }
}
