/// One message's worth of a reply, as a channel posts it.
package struct OutgoingPart: Sendable, Hashable {
    package var address: Address
    package var content: Content
    /// 25 hexadecimal digits, the same in every attempt: platforms that know such marks take a part only once.
    package var nonce: String
    /// The message that this part became before: it is changed instead of posted anew.
    package var posted: MessageID?
    /// When it was first tried; nil for the first attempt.
    ///
    /// The platform may have it then.
    package var triedAt: Timestamp?
    /// What an earlier part of the same text became, for places where the rest belongs below the beginning.
    package var beginning: MessageID?

    package init(
        address: Address, content: Content, nonce: String, posted: MessageID? = nil,
        triedAt: Timestamp? = nil, beginning: MessageID? = nil
    ) {
        self.address = address
        self.content = content
        self.nonce = nonce
        self.posted = posted
        self.triedAt = triedAt
        self.beginning = beginning
    }

    /// What is said.
    package struct Content: Sendable, Hashable {
        /// Markdown, short enough for `Channel.limits`.
        package var text: String
        package var files: [OutgoingFile]
        /// The message it answers.
        package var replyTo: MessageID?
        /// Rows of buttons below it.
        package var buttons: [[ReplyButton]]
        /// Whether nobody's phone is to ring.
        package var isSilent: Bool
        /// `ChannelMessage.handle` of the message that is answered.
        package var handle: JSON?
        /// The message that somebody wrote and that this is an answer to, whether or not people see that it is.
        package var answered: MessageID?
        /// Whether it answers that message alone: what was said before it in the chat may wait still.
        package var isAside: Bool

        package init(
            text: String = "", files: [OutgoingFile] = [], replyTo: MessageID? = nil,
            buttons: [[ReplyButton]] = [], isSilent: Bool = false, handle: JSON? = nil,
            answered: MessageID? = nil, isAside: Bool = false
        ) {
            self.text = text
            self.files = files
            self.replyTo = replyTo
            self.buttons = buttons
            self.isSilent = isSilent
            self.handle = handle
            self.answered = answered
            self.isAside = isAside
        }

        /// Whether there is nothing to be seen.
        package var isEmpty: Bool { text.isEmpty && files.isEmpty && buttons.isEmpty }
    }
}

/// A file that goes out with a part.
package struct OutgoingFile: Sendable, Hashable {
    /// Absolute path, or an `https:` address.
    package var source: String
    package var name: String?
    package var mimeType: String?
    /// Whether it should look as if it had been spoken.
    package var isVoice = false

    /// Whether `source` is an address.
    package var isRemote: Bool { source.hasPrefix("https://") || source.hasPrefix("http://") }

    package init(source: String, name: String? = nil, mimeType: String? = nil, isVoice: Bool = false) {
        self.source = source
        self.name = name
        self.mimeType = mimeType
        self.isVoice = isVoice
    }
}

/// A button below a message; pressing it is as if its person had written `command`.
package struct ReplyButton: Sendable, Hashable {
    package var title: String
    package var command: String
    package var style = Style.plain

    package init(title: String, command: String, style: Style = .plain) {
        self.title = title
        self.command = command
        self.style = style
    }

    /// How a button looks where the platform has colours.
    package enum Style: String, Sendable {
        case plain, primary, good, danger
    }
}

extension ReplyButton {
    /// Buttons in a row; every platform takes so many rows of so many.
    private static let mostRows = 5
    private static let mostInRow = 5
    /// Characters of titles of which a phone shows so many beside each other.
    private static let shortTitle = 9

    /// A button for each word that may follow a command's name.
    package static func rows(for command: String, _ choices: [String]) -> [[ReplyButton]] {
        guard let longest = choices.map(\.count).max() else { return [] }
        let wanted = longest <= shortTitle ? mostInRow : 1
        let inRow = max(wanted, (min(choices.count, mostRows * mostInRow) + mostRows - 1) / mostRows)
        let buttons = choices.prefix(mostRows * mostInRow)
            .map { ReplyButton(title: $0, command: "/\(command) \($0)") }
        return stride(from: 0, to: buttons.count, by: inRow).map {
            Array(buttons[$0..<min($0 + inRow, buttons.count)])
        }
    }
}

/// Why a part was not delivered, and so what the outbox does.
package enum DeliveryError: Error, Sendable, Hashable {
    /// The platform has surely not taken it; another attempt may succeed.
    case retry(String, after: Duration? = nil)
    /// Its answer did not come: it may have taken it or not.
    case unknown(String)
    /// It will never take this.
    case refused(String)
    /// Nothing of ours is taken in that chat: it is gone, or we may not write there.
    case closed(String)

    package var reason: String {
        switch self {
        case .retry(let reason, _), .unknown(let reason), .refused(let reason), .closed(let reason): reason
        }
    }
}

extension OutgoingPart.Content {
    /// As the outbox keeps it.
    package var json: JSON {
        var object: JSONObject = ["text": .string(text)]
        if !files.isEmpty { object["files"] = .array(files.map(\.json)) }
        object["replyTo"] = replyTo.map { .string($0.rawValue) }
        if !buttons.isEmpty { object["buttons"] = .array(buttons.map { .array($0.map(\.json)) }) }
        if isSilent { object["silent"] = true }
        object["handle"] = handle
        object["answered"] = answered.map { .string($0.rawValue) }
        if isAside { object["aside"] = true }
        return .object(object)
    }

    package init(json: JSON) {
        self.init(
            text: json["text"]?.stringValue ?? "",
            files: (json["files"]?.arrayValue ?? []).compactMap { OutgoingFile(json: $0) },
            replyTo: json["replyTo"]?.stringValue.map { MessageID($0) },
            buttons: (json["buttons"]?.arrayValue ?? []).map { row in
                (row.arrayValue ?? []).compactMap { ReplyButton(json: $0) }
            },
            isSilent: json["silent"]?.boolValue ?? false, handle: json["handle"],
            answered: json["answered"]?.stringValue.map { MessageID($0) },
            isAside: json["aside"]?.boolValue ?? false)
    }
}

extension OutgoingFile {
    fileprivate var json: JSON {
        var object: JSONObject = ["source": .string(source)]
        object["name"] = name.map { .string($0) }
        object["mimeType"] = mimeType.map { .string($0) }
        if isVoice { object["voice"] = true }
        return .object(object)
    }

    fileprivate init?(json: JSON) {
        guard let source = json["source"]?.stringValue else { return nil }
        self.init(
            source: source, name: json["name"]?.stringValue, mimeType: json["mimeType"]?.stringValue,
            isVoice: json["voice"]?.boolValue ?? false)
    }
}

extension ReplyButton {
    fileprivate var json: JSON {
        ["title": .string(title), "command": .string(command), "style": .string(style.rawValue)]
    }

    fileprivate init?(json: JSON) {
        guard let title = json["title"]?.stringValue, let command = json["command"]?.stringValue else {
            return nil
        }
        self.init(
            title: title, command: command,
            style: json["style"]?.stringValue.flatMap { Style(rawValue: $0) } ?? .plain)
    }
}
