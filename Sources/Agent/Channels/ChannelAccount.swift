package import Core

/// One account of a channel as the config sets it up.
@MainActor
package struct ChannelAccount {
    package var channel: ChannelID
    package var account: String
    /// The platform's name for people: `Discord`.
    package var label: String
    package var rules: ChannelRules
    /// Changes whenever the account has to be started anew.
    package var fingerprint: JSON
    package var make: () throws(ChannelError) -> any Channel

    package init(
        channel: ChannelID, account: String, label: String, rules: ChannelRules, fingerprint: JSON,
        make: @escaping () throws(ChannelError) -> any Channel
    ) {
        self.channel = channel
        self.account = account
        self.label = label
        self.rules = rules
        self.fingerprint = fingerprint
        self.make = make
    }

    var key: ChannelKey { ChannelKey(channel: channel, account: account) }
}

/// Which account of which channel.
package struct ChannelKey: Sendable, Hashable {
    package var channel: ChannelID
    package var account: String

    package init(channel: ChannelID, account: String) {
        self.channel = channel
        self.account = account
    }
}

extension Address {
    package var key: ChannelKey { ChannelKey(channel: channel, account: account) }
}

/// How an account of a channel is, for `channels.status`.
package struct ChannelState: Sendable {
    /// Whether it is being read; also while it waits for its next attempt to connect.
    package var isRunning = false
    package var isConnected = false
    package var lastStartAt: Timestamp?
    package var lastStopAt: Timestamp?
    package var lastConnectedAt: Timestamp?
    package var lastError: String?
    package var lastInboundAt: Timestamp?
    package var lastOutboundAt: Timestamp?
    package var reconnectAttempts = 0
    /// Our name on the platform.
    package var name: String?
    /// What the channel says of itself.
    package var facts: JSONObject = [:]
    /// Messages that were turned away, by reason, since the start; the newest `mostTurnedAway` with who and where.
    package var turnedAway: [TurnedAway] = []
    package var turnedAwayCount = 0
    package var receivedCount = 0
    package var sentCount = 0
    /// Parts that were sent again although the platform may have had them.
    package var repeatedCount = 0

    package init() {}

    static let mostTurnedAway = 20

    /// A message that was not answered, and why.
    package struct TurnedAway: Sendable, Hashable {
        package var at: Timestamp
        package var sender: String
        package var place: String?
        package var reason: String
    }

    mutating func turnAway(_ message: ChannelMessage, because reason: String) {
        turnedAwayCount += 1
        turnedAway.append(
            TurnedAway(
                at: .now, sender: "\(message.sender.title) (\(message.sender.id))",
                place: message.place?.title,
                reason: reason))
        if turnedAway.count > Self.mostTurnedAway { turnedAway.removeFirst() }
    }
}
