import Agent
package import Core

/// The chat platforms of the config, and how each is (contract §4.9).
struct ChannelMethods: MethodGroup {
    let settings: SettingsBox
    let board: ChannelBoard?
    let file: ConfigFile?
    /// The file was written, and what it says takes effect now.
    let takeUp: @MainActor () -> Bool

    func register(in table: inout MethodTable) {
        table.add(
            "channels.status", .read,
            ParamsSchema(
                .optional("probe", .boolean), .optional("timeoutMs", .integer(least: 0)),
                .optional("channel", .string(least: 1))), status)
        table.add(
            "channels.logout", .admin,
            ParamsSchema(.required("channel", .string(least: 1)), .optional("accountId", .string(least: 1))),
            logout)
    }

    /// The account stops at once; one that an environment variable logs in goes on.
    private func logout(_ call: Call) async throws(RPCError) -> Payload {
        let name = call.text("channel") ?? ""
        guard let channel = settings.now.channels.first(where: { $0.id.rawValue == name }) else {
            throw .invalid("invalid channels.logout channel")
        }
        guard !channel.secretKeys.isEmpty, let file else {
            throw .invalid("channel \(name) does not support logout")
        }
        let wanted = call.text("accountId") ?? channel.defaultAccount
        guard let account = channel.accounts.first(where: { $0.id == wanted }) else {
            let known = channel.accounts.map { "`\($0.id)`" }.joined(separator: ", ")
            throw .invalid("\(channel.label) has no account `\(wanted.prefix(64))`. It has: \(known).")
        }
        let hasCleared: Bool
        do throws(ConfigWriteError) {
            hasCleared = try await ChannelLogout.clear(
                channel.secretKeys, of: channel.id, account: account.id, in: file)
        } catch {
            throw ConfigMethods.refusal(error, call.generation)
        }
        if hasCleared { _ = takeUp() }
        let now = settings.now.channels.first { $0.id == channel.id }?.accounts.first { $0.id == account.id }
        return .json(
            ChannelLogout.report(
                channel.id, account: account.id, cleared: hasCleared,
                isInEnvironment: now?.tokenSource == "env"))
    }

    private static let probeTimes = 1_000...30_000
    private static let probeTime = 10_000

    private func status(_ call: Call) async throws(RPCError) -> Payload {
        let only = call.text("channel")
        let channels = settings.now.channels.filter { only == nil || $0.id.rawValue == only }
        var probes: [ChannelKey: JSON] = [:]
        if call.params["probe"]?.boolValue == true {
            let wish = call.params["timeoutMs"]?.intValue ?? Self.probeTime
            probes = await probe(
                channels,
                timeout: .milliseconds(min(max(wish, Self.probeTimes.lowerBound), Self.probeTimes.upperBound))
            )
        }
        let report = ChannelReportJSON(channels: channels, board: board, probes: probes)
        return .json(report.json(call.generation))
    }

    /// Asks all accounts at once; one that does not answer in time is not there.
    private func probe(_ channels: [ChannelFacts], timeout: Duration) async -> [ChannelKey: JSON] {
        guard let board else { return [:] }
        let keys = channels.flatMap { channel in
            channel.accounts.map { ChannelKey(channel: channel.id, account: $0.id) }
        }
        return await withTaskGroup(of: (ChannelKey, JSON)?.self) { group in
            for key in keys {
                guard let channel = board.channel(key) as? any Probing else { continue }
                group.addTask { (key, await Self.probe(channel, timeout)) }
            }
            var found: [ChannelKey: JSON] = [:]
            for await answer in group { if let (key, probe) = answer { found[key] = probe } }
            return found
        }
    }

    private static func probe(_ channel: any Probing, _ timeout: Duration) async -> JSON {
        await withTaskGroup(of: JSON?.self) { group in
            group.addTask { await channel.probe() }
            group.addTask {
                // Cancelled when the platform was faster.
                try? await Task.sleep(for: timeout)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first ?? ["ok": false, "error": .string("no answer in \(timeout.milliseconds) ms")]
        }
    }
}

extension [ChannelFacts] {
    /// The answer to `channels.status` as far as the config alone tells: nothing is connected.
    @MainActor package var report: JSON { ChannelReportJSON(channels: self, board: nil).json(.four) }
}

/// How the chat platforms are, as clients read it.
@MainActor
struct ChannelReportJSON {
    let channels: [ChannelFacts]
    let board: ChannelBoard?
    var probes: [ChannelKey: JSON] = [:]

    func json(_ generation: Generation) -> JSON {
        var object: JSONObject = [
            "ts": Timestamp.now.json, "channelOrder": .array(channels.map { .string($0.id.rawValue) }),
            "channelLabels": map { .string($0.label) }, "channelDetailLabels": map { .string($0.label) },
            "channelSystemImages": [:],
            "channelMeta": .array(
                channels.map {
                    [
                        "id": .string($0.id.rawValue), "label": .string($0.label),
                        "detailLabel": .string($0.label),
                    ]
                }),
            "channels": map(summary), "channelAccounts": map { .array(accounts(of: $0)) },
            "channelDefaultAccountId": map { .string($0.defaultAccount) },
        ]
        if generation == .four { object["statusIssues"] = .array(channels.flatMap(issues)) }
        return .object(object)
    }

    /// What `channels` says about a platform as a whole: what is true of its best account.
    func summary(_ channel: ChannelFacts) -> JSON {
        let enabled = channel.accounts.filter(\.isEnabled)
        let states = enabled.map { state($0, channel) }
        let best = states.first { $0.isConnected } ?? states.first { $0.isRunning } ?? states.first
        return [
            "configured": .bool(channel.accounts.contains(where: \.isConfigured)),
            "enabled": .bool(!enabled.isEmpty),
            "running": .bool(best?.isRunning ?? false), "lastStartAt": best?.lastStartAt.map(\.json) ?? .null,
            "lastStopAt": best?.lastStopAt.map(\.json) ?? .null,
            "lastError": (enabled.lazy.compactMap(\.reason).first ?? best?.lastError).map { .string($0) }
                ?? .null,
        ]
    }

    /// One line for people: `Discord: running`.
    func line(_ channel: ChannelFacts) -> String {
        let enabled = channel.accounts.filter(\.isEnabled)
        guard !enabled.isEmpty else { return "\(channel.label): disabled" }
        guard enabled.contains(where: \.isConfigured) else {
            return "\(channel.label): not configured, not running"
        }
        let states = enabled.map { state($0, channel) }
        if states.contains(where: \.isConnected) { return "\(channel.label): connected" }
        let word = states.contains(where: \.isRunning) ? "connecting" : "not running"
        return "\(channel.label): configured, \(word)"
    }

    private func map(_ value: (ChannelFacts) -> JSON) -> JSON {
        .object(JSONObject(channels.map { ($0.id.rawValue, value($0)) }))
    }

    private func state(_ account: ChannelFacts.Account, _ channel: ChannelFacts) -> ChannelState {
        board?.state(ChannelKey(channel: channel.id, account: account.id)) ?? ChannelState()
    }

    private func accounts(of channel: ChannelFacts) -> [JSON] {
        channel.accounts.map { account in
            let state = state(account, channel)
            var object: JSONObject = ["accountId": .string(account.id)]
            object["name"] = account.name.map { .string($0) }
            object["enabled"] = .bool(account.isEnabled)
            object["configured"] = .bool(account.isConfigured)
            object["tokenSource"] = .string(account.tokenSource)
            object["running"] = .bool(state.isRunning)
            object["connected"] = state.lastStartAt == nil ? nil : .bool(state.isConnected)
            object["reconnectAttempts"] = state.reconnectAttempts == 0 ? nil : JSON(state.reconnectAttempts)
            object["lastConnectedAt"] = state.lastConnectedAt.map(\.json)
            object["lastStartAt"] = state.lastStartAt.map(\.json) ?? .null
            object["lastStopAt"] = state.lastStopAt.map(\.json) ?? .null
            object["lastError"] = (account.reason ?? state.lastError).map { .string($0) } ?? .null
            object["lastInboundAt"] = state.lastInboundAt.map(\.json) ?? .null
            object["lastOutboundAt"] = state.lastOutboundAt.map(\.json) ?? .null
            object["botName"] = state.name.map { .string($0) }
            if state.receivedCount > 0 { object["received"] = JSON(state.receivedCount) }
            if state.sentCount > 0 { object["sent"] = JSON(state.sentCount) }
            if state.repeatedCount > 0 { object["sentAgain"] = JSON(state.repeatedCount) }
            if state.turnedAwayCount > 0 {
                object["turnedAway"] = JSON(state.turnedAwayCount)
                object["lastTurnedAway"] = .array(state.turnedAway.map(\.json))
            }
            object["probe"] = probes[ChannelKey(channel: channel.id, account: account.id)]
            for (name, value) in state.facts { object[name] = value }
            return .object(object)
        }
    }

    private func issues(_ channel: ChannelFacts) -> [JSON] {
        channel.accounts.compactMap { account in
            let state = state(account, channel)
            let reason = account.reason ?? (state.isConnected ? nil : state.lastError)
            return reason.map { reason in
                [
                    "channel": .string(channel.id.rawValue), "accountId": .string(account.id),
                    "kind": .string(account.isConfigured ? "runtime" : "config"), "message": .string(reason),
                ]
            }
        }
    }
}

extension ChannelState.TurnedAway {
    fileprivate var json: JSON {
        var object: JSONObject = ["at": at.json, "sender": .string(sender), "reason": .string(reason)]
        object["place"] = place.map { .string($0) }
        return .object(object)
    }
}
