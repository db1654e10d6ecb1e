package import Core

/// Something to be done on a chat platform that is no answer to a message there.
package struct MessageOrder: Sendable {
    /// As `ActionPerforming.actions` spells it: `send`, `react`, `thread-create`.
    package var action: String
    /// In the original's names; where it is to be done is `to`, `target` or `channelId`.
    package var params: JSONObject
    /// Nil: the one of the chat that is answered, or the only one there is.
    package var channel: ChannelID?
    /// Nil: the one of the chat that is answered, or the platform's default.
    package var account: String?
    /// The same for every repetition of one order, and for no other.
    package var key: String
    /// Who does it from a chat, and what the config says of that; nil for people and their programs.
    package var agent: Agent?

    /// An agent that is answering.
    package struct Agent: Sendable {
        package var chat: ToolContext.Chat?
        package var rules: MessageRules

        package init(chat: ToolContext.Chat?, rules: MessageRules) {
            self.chat = chat
            self.rules = rules
        }
    }

    package init(
        action: String, params: JSONObject, channel: ChannelID? = nil, account: String? = nil, key: String,
        agent: Agent? = nil
    ) {
        self.action = action
        self.params = params
        self.channel = channel
        self.account = account
        self.key = key
        self.agent = agent
    }
}

/// What came of an order.
package struct MessageReceipt: Sendable {
    package var address: Address
    /// `{ok, …}` in the shapes of the original's `message` tool.
    package var json: JSON
    /// What the chat that is answered has been told.
    package var told: String?
}

/// Why an order was not carried out.
package enum MessageRefusal: Error, Sendable, Hashable {
    /// It will not be, as it is.
    case invalid(String)
    /// Not now.
    case unavailable(String)
    /// Not all of it, or not yet; the chat that is answered has these words all the same, or gets them by itself.
    indirect case told(String, MessageRefusal)

    package var reason: String {
        switch self {
        case .invalid(let reason), .unavailable(let reason): reason
        case .told(_, let refusal): refusal.reason
        }
    }

    /// What the chat that is answered has been told.
    var told: String? { if case .told(let words, _) = self { words } else { nil } }

    init(_ error: DeliveryError) {
        self =
            switch error {
            case .refused(let reason), .closed(let reason): .invalid(reason)
            case .retry, .unknown: .unavailable(error.reason)
            }
    }
}

extension MessageOrder {
    /// The first of the parameters that says something, numbers as text.
    func text(_ keys: String...) -> String? {
        keys.lazy.compactMap { key in
            (params[key]?.stringValue ?? params[key]?.intValue.map(String.init)).flatMap {
                $0.isEmpty ? nil : $0
            }
        }.first
    }

    /// Where it is to be done, as it was spelled.
    var target: String? { text("to", "target", "channelId", "chatId") }

    /// What goes out with it.
    package var files: [OutgoingFile] {
        Self.fileKeys.flatMap(sources).map {
            OutgoingFile(source: $0, name: text("filename"), isVoice: params["asVoice"]?.boolValue ?? false)
        }
    }

    /// Puts what `place` says in the place of every file that is named; what names none is left out.
    mutating func placeFiles(
        _ place: (String) throws(MessageRefusal) -> String
    ) throws(MessageRefusal) {
        for key in Self.fileKeys where params[key] != nil {
            var places: [JSON] = []
            for source in sources(key) { places.append(.string(try place(source))) }
            params[key] = .array(places)
        }
    }

    private func sources(_ key: String) -> [String] {
        (params[key]?.arrayValue ?? params[key].map { [$0] } ?? []).compactMap(\.stringValue)
            .filter { !$0.isEmpty }
    }

    /// Parameters that name a file or several.
    private static let fileKeys = ["media", "mediaUrl", "mediaUrls", "path", "filePath"]

    /// `[[{text, callback_data, style?}]]`, or titles for a row each.
    package var buttons: [[ReplyButton]] {
        (params["buttons"]?.arrayValue ?? []).map { row in
            (row.arrayValue ?? [row]).compactMap { button in
                guard let title = button.stringValue ?? button["text"]?.stringValue else { return nil }
                let style: ReplyButton.Style =
                    switch button["style"]?.stringValue {
                    case "primary": .primary
                    case "success": .good
                    case "danger": .danger
                    default: .plain
                    }
                return ReplyButton(
                    title: title, command: button["callback_data"]?.stringValue ?? title, style: style)
            }
        }
    }
}
