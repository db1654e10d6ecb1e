package import Core

/// Takes an account's secrets out of the config file; whatever else it says stays.
@MainActor
package enum ChannelLogout {
    /// Where the settings of an account stand: under `accounts`, or for `default` also beside it.
    package static func path(_ channel: ChannelID, account: String, in file: ConfigFile) -> ConfigPath {
        let section = ConfigPath([.key("channels"), .key(channel.rawValue)])
        let own = section.appending("accounts").appending(account)
        return account != "default" || file.snapshot.file.parsed[own] != nil ? own : section
    }

    /// Takes `keys` away, for `default` in both places; false when none was there, and then nothing is written.
    package static func clear(
        _ keys: [String], of channel: ChannelID, account: String, in file: ConfigFile
    ) async throws(ConfigWriteError) -> Bool {
        let section = ConfigPath([.key("channels"), .key(channel.rawValue)])
        let places =
            [section.appending("accounts").appending(account)] + (account == "default" ? [section] : [])
        let found = places.flatMap { place in keys.map { place.appending($0) } }
            .filter { file.snapshot.file.parsed[$0] != nil }
        for path in found { try await file.unset(path) }
        return !found.isEmpty
    }

    /// `{channel, accountId, cleared, loggedOut, envToken}`, as the original answers; it is not logged out while an
    /// environment variable still logs it in.
    package static func report(
        _ channel: ChannelID, account: String, cleared: Bool, isInEnvironment: Bool
    ) -> JSON {
        [
            "channel": .string(channel.rawValue), "accountId": .string(account), "cleared": .bool(cleared),
            "loggedOut": .bool(!isInEnvironment), "envToken": .bool(isInEnvironment),
        ]
    }
}

extension ConfigPath {
    /// `value` at this place, as a merge patch of the whole config.
    package func patch(_ value: JSON) -> JSON {
        steps.reversed().reduce(value) { inner, step in
            if case .key(let key) = step { .object(JSONObject([(key, inner)])) } else { inner }
        }
    }
}
