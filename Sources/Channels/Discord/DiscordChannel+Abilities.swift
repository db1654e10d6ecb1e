package import Core

extension DiscordChannel: TypingIndicating {
    package var typingLasts: Duration { .seconds(10) }

    package func showTyping(at address: Address) async {
        // Nobody types in a forum: a message there is a post of its own.
        guard let place = Snowflake(address.chat), places.known(place)?.holdsPosts != true else { return }
        do throws(DiscordFailure) {
            try await api.showTyping(in: place)
        } catch {
            setup.log.debug("typing could not be shown", ["reason": error.reason])
        }
    }
}

extension DiscordChannel: Reacting {
    package func react(
        _ emoji: String, to message: MessageID, at address: Address, removes: Bool
    ) async throws(DeliveryError) {
        guard let place = Snowflake(address.chat), let message = Snowflake(message.rawValue) else {
            throw .refused("`\(message)` is no message of Discord's.")
        }
        do throws(DiscordFailure) {
            try await api.react(DiscordEmoji.spelling(emoji), to: message, in: place, removes: removes)
        } catch {
            throw error.delivery
        }
    }
}

extension DiscordChannel: MessageEditing {
    /// Discord allows five changes in five seconds in a channel.
    package func editInterval(at address: Address) -> Duration { .milliseconds(1200) }

    package func remove(_ message: MessageID, at address: Address) async throws(DeliveryError) {
        guard let place = Snowflake(address.chat), let message = Snowflake(message.rawValue) else {
            throw .refused("`\(message)` is no message of Discord's.")
        }
        do throws(DiscordFailure) {
            try await api.remove(message, in: place)
        } catch {
            throw error.delivery
        }
    }
}

extension DiscordChannel: Probing {
    package func probe() async -> JSON {
        let began = ContinuousClock.now
        func result(_ members: JSONObject) -> JSON {
            var object = members
            object["elapsedMs"] = JSON(Int(began.duration(to: .now).milliseconds))
            return .object(object)
        }
        do throws(DiscordFailure) {
            let me = try await api.me()
            var object: JSONObject = [
                "ok": true, "status": 200, "bot": ["id": me.id.json, "username": .string(me.username)],
            ]
            if let application = try? await api.application() { object["application"] = application }
            return result(object)
        } catch {
            let status: JSON =
                switch error {
                case .unauthorized: 401
                case .refused(let status, _, _): JSON(status)
                case .limited: 429
                case .unreachable, .unknown: .null
                }
            return result(["ok": false, "status": status, "error": .string(error.reason)])
        }
    }
}

extension DiscordChannel: TargetResolving {
    package func address(of target: String) async throws(DeliveryError) -> Address {
        do throws(DiscordFailure) {
            let place = try await targets.place(target)
            return Address(channel: setup.channel, account: setup.account, chat: place.description)
        } catch {
            throw error.delivery
        }
    }

    package func address(ofPerson entry: String) async throws(DeliveryError) -> Address {
        do throws(DiscordFailure) {
            let place = try await targets.person(entry)
            return Address(channel: setup.channel, account: setup.account, chat: place.description)
        } catch {
            throw error.delivery
        }
    }

    var targets: DiscordTargets { DiscordTargets(api: api, places: places) }
}

extension DiscordChannel: ActionPerforming {
    package var actions: [String] {
        DiscordActions.all.filter { settings.actions.allows($0.gate) }.map(\.name)
    }

    package func perform(_ action: String, _ params: JSON) async throws(DeliveryError) -> JSON {
        guard let known = DiscordActions.all.first(where: { $0.name == action }) else {
            throw .refused("Discord has no action `\(action)`.")
        }
        guard settings.actions.allows(known.gate) else {
            throw .refused(
                "The action `\(action)` is off: `channels.discord.actions.\(known.gate)` is false.")
        }
        do throws(DiscordFailure) {
            return try await known.perform(DiscordActions(channel: self, params: ActionParams(params)))
        } catch {
            throw error.delivery
        }
    }
}
