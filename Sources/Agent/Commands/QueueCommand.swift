import Core
import Store

/// `/queue`: what becomes of messages that come while the session is at work.
enum QueueCommand {
    static let command = SlashCommand(
        name: "queue", arguments: "[mode] [debounce:1s] [cap:20] [drop:summarize|old|new]",
        choices: .among(modes + ["default"]), help: "Choose what happens to messages that come meanwhile.",
        category: .options, run: run)

    private static let modes = QueueMode.allCases.map(\.rawValue)

    @MainActor
    private static func run(_ call: CommandCall) async throws -> CommandResult {
        switch call.word {
        case "":
            let settings = text(of: rule(call, try await call.entry()))
            return .reply("Current queue settings: \(settings).\nOptions: \(options).", choices: modes)
        case "default", "reset", "clear":
            _ = try await call.stores.sessions.patch(call.session) { QueueWish().note(in: &$0) }
            return .reply(
                "⚙️ Queue settings of this session are the config's again: "
                    + text(of: call.settings.queue.rule(for: call.message.address.channel)) + ".")
        default:
            return try await change(call)
        }
    }

    @MainActor
    private static func change(_ call: CommandCall) async throws -> CommandResult {
        var wish = QueueWish()
        do throws(Mistake) {
            for word in call.arguments.split(whereSeparator: \.isWhitespace) {
                try read(word.lowercased(), into: &wish)
            }
        } catch {
            return .reply("⚙️ \(error.message)\nOptions: \(options).", choices: modes)
        }
        let wanted = wish
        let entry = try await call.stores.sessions.patch(call.session) {
            wanted.over(QueueWish(of: $0)).note(in: &$0)
        }
        return .reply("⚙️ Queue settings: \(text(of: rule(call, entry))).")
    }

    private static let options =
        "\(modes.joined(separator: ", ")), default; debounce:<time>, cap:<number>, drop:"
        + QueueOverflow.allCases.map(\.rawValue).joined(separator: "|")

    /// The rule that counts in a session.
    @MainActor
    static func rule(_ call: CommandCall, _ entry: SessionEntry) -> QueueRule {
        call.settings.queue.rule(for: call.message.address.channel, QueueWish(of: entry))
    }

    private static func text(of rule: QueueRule) -> String {
        "mode=\(rule.mode.rawValue), debounce=\(rule.quiet.text), cap=\(rule.most), drop=\(rule.overflow.rawValue)"
    }

    // MARK: Words

    private struct Mistake: Error {
        let message: String
    }

    private static func read(_ word: String, into wish: inout QueueWish) throws(Mistake) {
        guard let end = word.firstIndex(where: { $0 == ":" || $0 == "=" }) else {
            guard let mode = QueueMode(word: word) else {
                throw Mistake(message: "`\(word)` is no queue mode.")
            }
            wish.mode = mode
            return
        }
        let value = String(word[word.index(after: end)...])
        switch word[..<end] {
        case "mode":
            try read(value, into: &wish)
        case "debounce":
            guard let time = time(value) else {
                throw Mistake(message: "`\(value)` is no time. Write 500ms, 1.5s or 1m.")
            }
            wish.quiet = time
        case "cap":
            guard let most = Int(value), most >= 1 else {
                throw Mistake(message: "`cap` is a number from 1.")
            }
            wish.most = most
        case "drop":
            guard let overflow = QueueOverflow(rawValue: value) else {
                throw Mistake(message: "`drop` is summarize, old or new.")
            }
            wish.overflow = overflow
        default:
            throw Mistake(message: "`\(word[..<end])` is no option of the queue.")
        }
    }

    /// `500`, in milliseconds, `500ms`, `1.5s`, `1m`.
    private static func time(_ text: String) -> Duration? {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let units: [Substring: Double] = [
            "": 1, "ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000,
        ]
        guard let number = Double(digits), let unit = units[text[digits.endIndex...]] else { return nil }
        return QueueRule.quiet(Int(min(number * unit, 1e9)))
    }
}
