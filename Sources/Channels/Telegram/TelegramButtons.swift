import Core
import Wire

/// What buttons say to us: Telegram keeps 64 bytes for each, and longer commands wait here, also over a restart.
@MainActor
final class TelegramButtons {
    /// Bytes of `callback_data` (core.telegram.org/bots/api#inlinekeyboardbutton).
    static let mostBytes = 64
    /// Long commands kept; the oldest is forgotten first. Nearly all commands are short.
    private static let mostKept = 200
    private static let mark = "#k:"
    private static let memoryName = "buttons"

    private var kept: [String: String] = [:]
    private var order: [String] = []
    private var memory: ChannelMemory?

    /// Takes up what buttons said before the process ended.
    func begin(_ memory: ChannelMemory) async {
        let shown = order.compactMap { kept[$0] }
        (kept, order) = ([:], [])
        for command in (await memory.load(Self.memoryName))?.arrayValue ?? [] {
            if let command = command.stringValue { _ = note(command) }
        }
        self.memory = memory
        guard !shown.isEmpty else { return }
        for command in shown { _ = note(command) }
        await save()
    }

    /// Returns when what the buttons say is on disk: only then may they be shown.
    func keep(_ rows: [[ReplyButton]]) async {
        let new = rows.joined().map(\.command).filter { !Self.isShort($0) && kept[Self.key(of: $0)] == nil }
        guard !new.isEmpty else { return }
        for command in new { _ = note(command) }
        await save()
    }

    private func save() async { await memory?.save(Self.memoryName, JSON(order.compactMap { kept[$0] })) }

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
        Self.isShort(command) ? command : note(command)
    }

    private static func isShort(_ command: String) -> Bool {
        !command.isEmpty && command.utf8.count <= mostBytes && !command.hasPrefix(mark)
    }

    /// The same command has the same key, so that a repeated message does not fill the table.
    private static func key(of command: String) -> String {
        mark + Digest.hex(Digest.sha256(Array(command.utf8)).prefix(12))
    }

    private func note(_ command: String) -> String {
        let key = Self.key(of: command)
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
