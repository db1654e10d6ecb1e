import Core
import Wire

/// What buttons say to us: Telegram keeps 64 bytes for each, and longer commands wait here.
@MainActor
final class TelegramButtons {
    /// Bytes of `callback_data` (core.telegram.org/bots/api#inlinekeyboardbutton).
    static let mostBytes = 64
    /// Long commands kept; the oldest is forgotten first. Nearly all commands are short.
    private static let mostKept = 500
    private static let mark = "#k:"

    private var kept: [String: String] = [:]
    private var order: [String] = []

    /// The keyboard for rows of buttons, or nil when there are none.
    func keyboard(_ rows: [[ReplyButton]]) -> JSON? {
        let rows = rows.filter { !$0.isEmpty }
        guard !rows.isEmpty else { return nil }
        return ["inline_keyboard": .array(rows.map { .array($0.map(button)) })]
    }

    /// What a press means; nil when it is not known any more.
    func command(of data: String) -> String? { data.hasPrefix(Self.mark) ? kept[data] : data }

    private func button(_ button: ReplyButton) -> JSON {
        var object: JSONObject = [
            "text": .string(button.title.isEmpty ? button.command : button.title),
            "callback_data": .string(data(for: button.command)),
        ]
        switch button.style {
        case .plain: break
        case .primary: object["style"] = "primary"
        case .good: object["style"] = "success"
        case .danger: object["style"] = "danger"
        }
        return .object(object)
    }

    private func data(for command: String) -> String {
        if !command.isEmpty, command.utf8.count <= Self.mostBytes, !command.hasPrefix(Self.mark) {
            return command
        }
        // The same command has the same key, so that a repeated message does not fill the table.
        let key = Self.mark + Digest.hex(Digest.sha256(Array(command.utf8)).prefix(12))
        if kept.updateValue(command, forKey: key) == nil {
            order.append(key)
            if order.count > Self.mostKept { kept[order.removeFirst()] = nil }
        }
        return key
    }

    /// Buttons as lines of text, for chats in which there are to be none.
    static func lines(_ rows: [[ReplyButton]]) -> String {
        rows.joined().map { "• \($0.title): `\($0.command)`" }.joined(separator: "\n")
    }
}
