/// The chat on a platform in which a session was last talked in, in the words of session lists (contract §7.2).
package struct SessionWhereabouts: Sendable, Hashable {
    package var channel: ChannelID
    package var account: String
    package var thread: String?
    package var kind: ChatKind
    /// For people: who it is, or which chat.
    package var label: String
    /// Who writes there: the person, or the chat of many.
    package var from: String
    /// The user name of the person of a direct chat, by which the config may let them in.
    package var username: String?
    /// What a message to this chat is addressed to.
    package var to: String
    /// Nil in a direct chat.
    package var group: Group?

    /// A chat of many.
    package struct Group: Sendable, Hashable {
        package var id: String
        /// What it is called, where it is no channel of something larger.
        package var subject: String?
        /// `#general`: a channel of something larger.
        package var channel: String?
        /// The platform's id of that.
        package var space: String?
    }

    package init(_ message: ChannelMessage) {
        let address = message.address
        channel = address.channel
        account = address.account
        thread = address.thread
        kind = message.kind
        to = message.target ?? "\(address.channel):\(address.chat)"
        let topic = address.thread.map { ":topic:\($0)" } ?? ""
        if message.kind == .direct {
            from = "\(address.channel):\(message.sender.id)"
            username = message.sender.username
        } else {
            from = "\(address.channel):\(message.kind.rawValue):\(address.chat)\(topic)"
            group = Group(id: address.chat + topic, message.place)
        }
        label = Self.label(of: message, to: to)
    }

    /// `Ann (@ann) id:7`, `Server #general channel id:12`, `Family id:-100 topic:4`.
    private static func label(of message: ChannelMessage, to target: String) -> String {
        let address = message.address
        let kind = target.prefix { $0 != ":" }
        // A platform that tells people from channels says which it is.
        let isTold = kind != address.channel.rawValue
        var words: [String]
        if message.kind == .direct {
            let name = message.sender.username.map { isTold ? $0 : "(@\($0))" }
            words = isTold ? [name ?? message.sender.title] : [message.sender.name, name].compactMap(\.self)
        } else {
            words = [message.place?.space, message.place?.title].compactMap(\.self)
        }
        if isTold { words.append(String(kind)) }
        words.append("id:\(message.kind == .direct ? message.sender.id : address.chat)")
        if let thread = address.thread { words.append("topic:\(thread)") }
        return words.joined(separator: " ")
    }

    // MARK: What it is called

    /// `telegram:g-family`, `discord:4711#general`: one word to type; nil in a direct chat, which is called as its session is.
    package var displayName: String? {
        guard let group else { return nil }
        let place = group.channel.map { (group.space ?? "") + $0 } ?? group.subject ?? group.space ?? group.id
        let word = Self.word(place)
        guard !word.isEmpty else { return channel.rawValue }
        let isPlain = !word.contains("#") && !word.hasPrefix("@") && !word.hasPrefix("g-")
        return "\(channel):\(isPlain ? "g-" : "")\(word)"
    }

    /// In lower case, with one `-` for what is no letter, no digit and none of `#@._+-`.
    private static func word(_ text: String) -> String {
        var word = ""
        for character in text.lowercased() {
            let isKept = character.isLetter || character.isNumber || "#@._+".contains(character)
            if isKept { word.append(character) } else if word.last != "-" { word.append("-") }
        }
        return String(word.drop { "-.".contains($0) }.reversed().drop { "-.".contains($0) }.reversed())
    }
}

extension SessionWhereabouts.Group {
    fileprivate init(id: String, _ place: ChatPlace?) {
        self.id = id.lowercased()
        space = place?.spaceID
        guard let title = place?.title else { return }
        if space == nil {
            subject = title
        } else {
            // A thread is called by its own name.
            channel = "#" + Slug.of(String(title.split(separator: "›").last ?? ""))
        }
    }
}
