import Core

/// What a refusal of Discord's means for the one who runs the bot, and what to do about it.
enum RefusalWords {
    static let badToken =
        "Discord does not accept the bot token (401). Set DISCORD_BOT_TOKEN or `channels.discord.token` (for another account "
        + "than the default one `channels.discord.accounts.NAME.token`) to the token of your application's Bot page in the "
        + "Discord Developer Portal; a new one is made there by Reset Token."

    /// `message` and `errors` are Discord's own words.
    static func sentence(status: Int, code: Int, message: String, errors: JSON?) -> String {
        if let known = known[code] { return "\(known) (Discord's code \(code))" }
        let details = errors.map(complaints) ?? []
        let detail = details.isEmpty ? "" : ": " + details.prefix(mostComplaints).joined(separator: "; ")
        let number = code == 0 ? "HTTP \(status)" : "code \(code)"
        return "Discord refused it (\(number)): \(message.isEmpty ? "no reason given" : message)\(detail)"
    }

    private static let mostComplaints = 5

    private static let known: [Int: String] = [
        10003: "The channel does not exist any more.",
        10004: "The bot is not in that server. Invite it again with the OAuth2 URL of the Developer Portal.",
        10007: "That person is not in the server.",
        10008: "The message does not exist any more.",
        10013: "There is no such user.",
        10014: "There is no such emoji, or the bot may not use it.",
        10062: "The interaction is too old to be answered.",
        30003: "The channel has its most pins (250). Unpin one first.",
        30010: "The message has its most different reactions (20).",
        40005:
            "The file is too large for Discord (10 MB, more in boosted servers). Send a smaller one or a link.",
        40058: "A forum takes only posts. Use the action `thread-create` with a `message`.",
        50001:
            "The bot cannot see that channel. Give its role View Channel there (channel settings, Permissions).",
        50005: "The message was written by somebody else and cannot be changed.",
        50007:
            "Discord does not let the bot write to this person: they share no server with it or do not take direct "
            + "messages. They have to allow direct messages from a server that both are in.",
        50008: "Nothing can be written in a channel of that kind.",
        50013:
            "The bot lacks a permission there. Give its role Send Messages, Read Message History, Embed Links, Attach "
            + "Files and Add Reactions (threads: Send Messages in Threads), or what the action needs.",
        50021: "Discord's own messages cannot be changed.",
        50024: "That cannot be done in a channel of this kind.",
        50083: "The thread is archived.",
        160002: "To reply, the bot needs Read Message History in that channel.",
        160004: "The message has a thread already.",
        160005: "The thread is locked. A moderator has to open it.",
        200000: "The server's AutoMod blocked the message. Its rules are in Server Settings, AutoMod.",
        240000: "Discord found a harmful link in the message and blocked it.",
        520003: "A poll cannot be changed.",
    ]

    /// The places and words of a form's errors, nested as the body is.
    private static func complaints(_ errors: JSON) -> [String] {
        var found: [String] = []
        collect(errors, at: "", depth: 0, into: &found)
        return found
    }

    private static let deepest = 16

    private static func collect(_ errors: JSON, at path: String, depth: Int, into found: inout [String]) {
        guard depth < deepest else { return }
        for (key, value) in errors.objectValue ?? [:] {
            if key == "_errors" {
                for error in value.arrayValue ?? [] {
                    let words = error["message"]?.stringValue ?? error.stringValue ?? ""
                    found.append(path.isEmpty ? words : "`\(path)` \(words)")
                }
            } else {
                collect(value, at: path.isEmpty ? key : "\(path).\(key)", depth: depth + 1, into: &found)
            }
        }
    }
}
