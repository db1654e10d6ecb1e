import Core
import Wire

/// Turns a part of a reply into the body of a request.
struct OutgoingMapping: Sendable {
    var suppressesEmbeds = false
    var mentionAliases: [String: Snowflake] = [:]

    /// Whom a message may call: those it names, and whom it answers; never everyone, and no role.
    static let allowedMentions: JSON = ["parse": ["users"], "replied_user": true]

    /// A new message (create message).
    func creation(_ part: OutgoingPart, isVoice: Bool = false) -> JSONObject {
        var body = contents(part.content)
        body["nonce"] = .string(part.nonce)
        body["enforce_nonce"] = true
        body["flags"] = flags(part.content, isVoice: isVoice)
        if let target = part.content.replyTo.flatMap({ Snowflake($0.rawValue) }) {
            body["message_reference"] = ["message_id": target.json, "fail_if_not_exists": false]
        }
        return body
    }

    /// The first message of a post (forum and media thread message params), which takes neither a mark nor a message to answer.
    func opening(_ content: OutgoingPart.Content) -> JSONObject {
        var body = contents(content)
        body["flags"] = flags(content, isVoice: false)
        return body
    }

    /// A change of one (edit message): buttons that are gone are taken away.
    func change(_ content: OutgoingPart.Content) -> JSONObject {
        var body = contents(content)
        if content.buttons.isEmpty { body["components"] = [] }
        return body
    }

    /// An answer to an interaction (create followup message).
    func followUp(_ content: OutgoingPart.Content, isEphemeral: Bool) -> JSONObject {
        var body = contents(content)
        let more = isEphemeral ? MessageFlag.ephemeral : 0
        let flags = (suppressesEmbeds ? MessageFlag.suppressesEmbeds : 0) | more
        if flags != 0 { body["flags"] = JSON(flags) }
        return body
    }

    /// What can be read of a message, as Discord gives it back.
    func words(_ content: OutgoingPart.Content) -> String { String(withAliases(content.text).trimmed) }

    private func contents(_ content: OutgoingPart.Content) -> JSONObject {
        var body: JSONObject = [
            "content": .string(withAliases(content.text)), "allowed_mentions": Self.allowedMentions,
        ]
        if !content.buttons.isEmpty { body["components"] = .array(ButtonRows.components(content.buttons)) }
        return body
    }

    private func flags(_ content: OutgoingPart.Content, isVoice: Bool) -> JSON? {
        var flags = 0
        if suppressesEmbeds && !isVoice { flags |= MessageFlag.suppressesEmbeds }
        if content.isSilent { flags |= MessageFlag.suppressesNotifications }
        if isVoice { flags |= MessageFlag.voiceMessage }
        guard flags != 0 else { return Optional.none }  // `nil` alone would be JSON's
        return JSON(flags)
    }

    // MARK: Mentions

    /// Discord's limit for a message.
    static let longestMessage = 2000

    /// `@name` outside of code becomes a mention, where the config says who that is; not when it then would be too long.
    private func withAliases(_ text: String) -> String {
        guard !mentionAliases.isEmpty, text.contains("@") else { return text }
        var result = ""
        var isCode = false
        var rest = text[...]
        while let character = rest.first {
            if character == "`" {
                let fence = rest.prefix { $0 == "`" }
                isCode.toggle()
                result += fence
                rest = rest[fence.endIndex...]
            } else if character == "@", !isCode, let (mention, length) = alias(at: rest.dropFirst()),
                result.last.map({ !$0.isLetter && !$0.isNumber && $0 != "<" }) ?? true
            {
                result += mention
                rest = rest.dropFirst(length + 1)
            } else {
                result.append(character)
                rest = rest.dropFirst()
            }
        }
        return result.utf16.count <= Self.longestMessage ? result : text
    }

    private func alias(at text: Substring) -> (mention: String, length: Int)? {
        let name = text.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" || $0 == "." }
        for end in [name, name.prefix { $0 != "." }] where !end.isEmpty {
            if let id = mentionAliases[end.lowercased()] { return ("<@\(id)>", end.count) }
        }
        return nil
    }
}

/// Buttons on the wire (component reference): at most five rows of five.
enum ButtonRows {
    static let mostRows = 5
    static let mostInRow = 5
    static let longestTitle = 80
    /// Longest `custom_id`.
    static let longestID = 100

    static func components(_ rows: [[ReplyButton]]) -> [JSON] {
        let rows = rows.flatMap { row in
            stride(from: 0, to: row.count, by: mostInRow).map {
                Array(row[$0..<min($0 + mostInRow, row.count)])
            }
        }
        return rows.prefix(mostRows).enumerated().map { rowNumber, row in
            let buttons = row.enumerated().map { column, button in
                self.button(button, number: rowNumber * mostInRow + column)
            }
            return ["type": 1, "components": .array(buttons)]
        }
    }

    private static func button(_ button: ReplyButton, number: Int) -> JSON {
        [
            "type": 2, "style": JSON(style(button.style)),
            "label": .string(button.title.isEmpty ? "…" : Cut.head(button.title, longestTitle)),
            "custom_id": .string(customID(button.command, number: number)),
        ]
    }

    private static func style(_ style: ReplyButton.Style) -> Int {
        switch style {
        case .primary: 1
        case .plain: 2
        case .good: 3
        case .danger: 4
        }
    }

    /// The button's number keeps ids in one message apart; a command that is too long is named by its hash.
    static func customID(_ command: String, number: Int) -> String {
        let id = "c\(number):\(command)"
        return id.utf16.count <= longestID ? id : "h\(number):\(hash(command))"
    }

    /// The commands that buttons only name, by their hashes.
    static func longCommands(_ rows: [[ReplyButton]]) -> [(hash: String, command: String)] {
        rows.flatMap { $0 }.map(\.command).filter { customID($0, number: mostRows * mostInRow).first == "h" }
            .map { (hash($0), $0) }
    }

    /// What pressing a button says.
    enum Press: Sendable, Hashable {
        case command(String)
        /// The command with this hash.
        case hashed(String)
        /// Not one of our buttons.
        case foreign
    }

    static func press(_ customID: String) -> Press {
        let parts = customID.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, Int(parts[0].dropFirst()) != nil else { return .foreign }
        switch parts[0].first {
        case "c": return .command(String(parts[1]))
        case "h": return .hashed(String(parts[1]))
        default: return .foreign
        }
    }

    private static func hash(_ command: String) -> String {
        String(Digest.hex(Digest.sha256(Array(command.utf8))).prefix(32))
    }
}
