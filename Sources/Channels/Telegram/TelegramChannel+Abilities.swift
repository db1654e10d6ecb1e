import Core

extension TelegramChannel: TypingIndicating {
    /// core.telegram.org/bots/api#sendchataction: five seconds or less.
    var typingLasts: Duration { .seconds(5) }

    func showTyping(at address: Address) async {
        guard let place = TelegramPlace(address) else { return }
        var parameters: JSONObject = ["chat_id": JSON(place.chat), "action": "typing"]
        // Here the first topic is named, unlike with messages.
        parameters["message_thread_id"] = place.topic.map { JSON($0) }
        do throws(TelegramError) {
            _ = try await api.callUnlessQuiet("sendChatAction", parameters)
        } catch {
            setup.log.debug("typing could not be shown", ["reason": error.sentence()])
        }
    }
}

extension TelegramChannel: Reacting {
    func react(
        _ emoji: String, to message: MessageID, at address: Address, removes: Bool
    ) async throws(DeliveryError) {
        guard let place = TelegramPlace(address), let id = TelegramMessageID(message, in: place.chat) else {
            throw .refused("`\(message)` is no message of Telegram's.")
        }
        var reaction: [JSON] = []
        if !removes {
            guard let known = TelegramReactions.nearest(emoji) else {
                throw .refused("Telegram does not let bots react with \(emoji).")
            }
            reaction = [["type": "emoji", "emoji": .string(known)]]
        }
        do throws(TelegramError) {
            _ = try await api.call(
                "setMessageReaction",
                ["chat_id": JSON(id.chat), "message_id": JSON(id.number), "reaction": .array(reaction)])
        } catch {
            throw error.delivery(chat: address.chat)
        }
    }
}

extension TelegramChannel: MessageEditing {
    /// Telegram lets a bot write about once a second to a person and twenty times a minute into a group, edits included
    /// (core.telegram.org/bots/faq).
    func editInterval(at address: Address) -> Duration {
        TelegramPlace(address)?.isDirect == true ? .seconds(1) : .seconds(3)
    }

    func remove(_ message: MessageID, at address: Address) async throws(DeliveryError) {
        guard let place = TelegramPlace(address), let id = TelegramMessageID(message, in: place.chat) else {
            throw .refused("`\(message)` is no message of Telegram's.")
        }
        do throws(TelegramError) {
            try await api.delete(id)
        } catch {
            throw error.delivery(chat: address.chat)
        }
    }
}

extension TelegramChannel: Drafting {
    var draftInterval: Duration { .milliseconds(500) }

    /// Private chats only; whether a bot may is known after the first attempt.
    func draft(_ text: String, number draft: Int, at address: Address) async throws(DeliveryError) {
        guard let place = TelegramPlace(address), place.isDirect, !hasNoDrafts, draft != 0 else {
            throw .refused("Drafts are for private chats with bots that may have topics.")
        }
        var parameters = place.parameters
        parameters["draft_id"] = JSON(draft)
        let html = TelegramHTML.render(text, tables: settings.tables, upTo: TelegramDelivery.mostTextUnits)
        parameters["text"] = .string(html?.html ?? text)
        if html != nil { parameters["parse_mode"] = "HTML" }
        do throws(TelegramError) {
            _ = try await api.callUnlessQuiet("sendMessageDraft", parameters)
        } catch {
            if case .refused = error { hasNoDrafts = true }
            throw error.delivery(chat: address.chat)
        }
    }
}

extension TelegramChannel: Probing {
    func probe() async -> JSON {
        let start = ContinuousClock.now
        func answer(_ members: JSONObject) -> JSON {
            var answer = members
            answer["elapsedMs"] = .integer((ContinuousClock.now - start).milliseconds)
            return .object(answer)
        }
        do throws(TelegramError) {
            let bot = try await api.call("getMe")
            let hook = try await api.call("getWebhookInfo")
            return answer([
                "ok": true, "status": 200, "error": .null,
                "bot": [
                    "id": bot["id"] ?? .null, "username": bot["username"] ?? .null,
                    "canJoinGroups": bot["can_join_groups"] ?? .null,
                    "canReadAllGroupMessages": bot["can_read_all_group_messages"] ?? .null,
                    "supportsInlineQueries": bot["supports_inline_queries"] ?? .null,
                ],
                "webhook": [
                    "url": hook["url"] ?? .null, "hasCustomCert": hook["has_custom_certificate"] ?? .null,
                ],
            ])
        } catch {
            return answer(["ok": false, "error": .string(error.sentence())])
        }
    }
}

extension TelegramChannel: TargetResolving {
    func address(of target: String) async throws(DeliveryError) -> Address {
        switch TelegramTarget(target) {
        case .chat(let chat, let topic):
            return address(chat, topic)
        case .name(let name, let topic):
            do throws(TelegramError) {
                let chat = try await api.call("getChat", ["chat_id": .string(name)])
                if let id = chat["id"]?.intValue { return address(id, topic) }
            } catch {
                throw error.delivery(chat: name)
            }
            throw .refused("Telegram knows nobody called `\(name)`.")
        case nil:
            throw .refused(
                "`\(target)` is no Telegram target. Give a chat's number (`123`, `-100123`, `-100123:topic:4`) or a public "
                    + "`@name`.")
        }
    }

    func address(ofPerson entry: String) async throws(DeliveryError) -> Address {
        switch SenderMatch.person(entry) {
        case .id(let text):
            if let id = Int(text), id > 0 { return address(id, nil) }
        case .name(let name):
            if let id = people[name], try await isCalled(id, name) { return address(id, nil) }
            throw .refused(
                "Telegram finds nobody by a name: `@\(name)` has to write to the bot first, or the config names the number."
            )
        case nil: break
        }
        throw .refused("`\(entry)` is nobody on Telegram: write the person's number.")
    }

    /// Whether somebody who had this user name has it still: others may have it by now.
    private func isCalled(_ id: Int, _ name: String) async throws(DeliveryError) -> Bool {
        do throws(TelegramError) {
            let chat = try await api.call("getChat", ["chat_id": JSON(id)])
            let names = [chat["username"]] + (chat["active_usernames"]?.arrayValue ?? [])
            return names.contains { $0?.stringValue?.lowercased() == name }
        } catch {
            throw error.delivery()
        }
    }

    private func address(_ chat: Int, _ topic: Int?) -> Address {
        Address(
            channel: TelegramMapping.channel, account: setup.account, chat: String(chat),
            thread: topic.map(String.init))
    }
}
