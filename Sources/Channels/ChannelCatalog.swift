package import Core
package import Wire

/// A platform we speak: what it needs to log in, and how its channel is made.
@MainActor
package struct ChannelFactory {
    /// The name in the config file.
    package let id: ChannelID
    package let label: String
    /// Keys of a section, one of which holds what the account logs in with, in order of precedence.
    package let secretKeys: [String]
    /// A key that names a file with the secret.
    package let secretFileKey: String?
    /// The variable that logs in the default account; it is preferred to the file.
    package let secretVariable: String
    /// Keys of a section that let accounts with one secret stand beside each other.
    package var partingKeys: [String] = []
    package let defaults: ChannelRules.Defaults
    /// What of its section has an effect.
    package let keys: ChannelKeys
    package let make: (ChannelSetup) throws(ChannelError) -> any Channel

    /// Every key of a section that may lead to the secret.
    package var allSecretKeys: [String] { secretKeys + [secretFileKey].compactMap(\.self) }
}

/// What a channel is made of.
@MainActor
package struct ChannelSetup {
    package let channel: ChannelID
    package let account: String
    /// The account's section over the channel's.
    package let settings: JSON
    package let rules: ChannelRules
    /// `commands.ownerAllowFrom`.
    package let owners: [String]
    /// What it logs in with.
    package let secret: Secret
    package let web: WebClient
    package let log: Log
    /// The name people know us by, where the platform does not say.
    package let assistantName: String
    /// How to find and stop another machine with the same secret, as sentences with a space behind; empty where that
    /// is not known.
    package let machineAdvice: String
    /// Which machine this is, where the host says so: a copy of the state directory is on another one.
    package let machine: String?

    package init(
        channel: ChannelID, account: String, settings: JSON, rules: ChannelRules, owners: [String] = [],
        secret: Secret, web: WebClient,
        log: Log, assistantName: String, machineAdvice: String = "", machine: String? = nil
    ) {
        self.machine = machine
        self.channel = channel
        self.account = account
        self.settings = settings
        self.rules = rules
        self.owners = owners
        self.secret = secret
        self.web = web
        self.log = log
        self.assistantName = assistantName
        self.machineAdvice = machineAdvice
    }

    /// What to say at the start where the config names none of the platform's places, which `groupPolicy` would want.
    func closedPlaces(_ places: String, key: String) -> String {
        "[\(account)] nobody is answered in \(places): `channels.\(channel).\(key)` names none. Name those that are to be "
            + "listened to there, or set `channels.\(channel).groupPolicy` to \"open\""
    }
}

/// Every platform we speak.
@MainActor
package enum ChannelCatalog {
    package static let telegram = TelegramChannel.factory
    package static let discord = DiscordChannel.factory
    package static let all = [telegram, discord]

    package static func factory(_ id: ChannelID) -> ChannelFactory? { all.first { $0.id == id } }
}
