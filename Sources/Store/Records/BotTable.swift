import Core

/// What was moved so that a bot finds what it has left.
package struct Brought: Sendable, Hashable {
    /// What it had in another account.
    package var hasCome = false
    /// What another bot had in its account.
    package var hasDisplaced = false
}

/// Knows which account each bot has, and keeps what belongs to a bot in the account that it has.
///
/// Used inside a transaction that somebody else holds.
struct BotTable {
    let connection: Connection

    /// What is kept by account and belongs to the account's bot.
    private static let tables = ["inbox", "outbox", "pairing_requests", "allowed_senders", "overheard"]

    /// Where what a bot has left waits for it; no account is called so.
    static func aside(_ bot: String) -> String { "\u{1}\(bot)" }

    static func isAside(_ account: String) -> Bool { account.hasPrefix("\u{1}") }

    /// The account in whose name something of a bot's is kept; nil for a bot that was never there.
    func account(of bot: String, on channel: ChannelID) throws -> String? {
        try connection.first(
            "SELECT account FROM channel_bots WHERE channel = ? AND bot = ?", channel, bot
        ) { $0.text(0) }
    }

    /// The account that a bot has now, if that is known; else the one that it had when something was written to it.
    func account(of bot: String?, at address: Address) throws -> String {
        try bot.flatMap { try account(of: $0, on: address.channel) } ?? address.account
    }

    /// The bots that have been in an account and in no other since: one, or none that is known.
    func bots(in account: String, on channel: ChannelID) throws -> [String] {
        try connection.rows(
            "SELECT bot FROM channel_bots WHERE channel = ? AND account = ?", channel, account
        ) { $0.text(0) }
    }

    /// Gives an account to a bot: what others have there is put aside, what the bot has in another account comes along.
    ///
    /// The first bot that is seen in an account has what is there already.
    func give(_ account: String, to bot: String, on channel: ChannelID) throws -> Brought {
        var brought = Brought()
        for other in try bots(in: account, on: channel) where other != bot {
            try move(other, from: account, to: Self.aside(other), on: channel)
            brought.hasDisplaced = true
        }
        let before = try self.account(of: bot, on: channel) ?? account
        try move(bot, from: before, to: account, on: channel)
        brought.hasCome = before != account
        return brought
    }

    /// Takes down the bot of an account of which none is known, as earlier versions have left it, unless the bot has another.
    func note(_ bot: String, in account: String, on channel: ChannelID) throws {
        guard try bots(in: account, on: channel).isEmpty else { return }
        try connection.run(
            """
            INSERT INTO channel_bots (channel, bot, account) VALUES (?, ?, ?)
            ON CONFLICT (channel, bot) DO NOTHING
            """, channel, bot, account)
    }

    private func move(_ bot: String, from old: String, to new: String, on channel: ChannelID) throws {
        try connection.run(
            """
            INSERT INTO channel_bots (channel, bot, account) VALUES (?, ?, ?)
            ON CONFLICT (channel, bot) DO UPDATE SET account = excluded.account
            """, channel, bot, new)
        guard old != new else { return }
        for table in Self.tables {
            try connection.run(
                "UPDATE OR REPLACE \(table) SET account = ? WHERE channel = ? AND account = ?", new, channel,
                old)
        }
    }
}
