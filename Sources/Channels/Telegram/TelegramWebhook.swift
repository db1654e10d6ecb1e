import Core

/// Lets Telegram call us instead of being asked.
@MainActor
final class TelegramWebhook {
    /// How often Telegram is asked whether its calls arrive.
    private static let checkInterval = Duration.seconds(600)
    private static let firstCheck = Duration.seconds(30)
    private static let retryDelay = Duration.seconds(5)

    private let api: TelegramAPI
    private let intake: TelegramIntake
    private let house: ChannelHouse
    private let bot: TelegramBot
    private let settings: TelegramSettings
    private let secret: Secret?
    private let log: Log

    init(
        api: TelegramAPI, intake: TelegramIntake, house: ChannelHouse, bot: TelegramBot,
        settings: TelegramSettings, secret: Secret?, log: Log
    ) {
        self.api = api
        self.intake = intake
        self.house = house
        self.bot = bot
        self.settings = settings
        self.secret = secret
        self.log = log
    }

    // MARK: Calls

    /// Takes one call of Telegram's; the status it answers with.
    func receive(_ body: [UInt8]) async -> Int {
        // Telegram sends updates only; the status says what is wrong with anything else.
        guard let json = try? JSON.parse(body), let update = TelegramUpdate(json: json) else { return 400 }
        do throws(InboxError) {
            try await intake.take(update)
            return 200
        } catch {
            log.warning("a message could not be kept yet", ["reason": error.reason])
            return 503
        }
    }

    // MARK: Setting it

    /// Sets the webhook and watches over it until cancelled; returns why it cannot be.
    func run() async -> ChannelError? {
        await takeSlowUpdates()
        while !Task.isCancelled {
            do throws(TelegramError) {
                try await set()
                break
            } catch {
                switch error {
                case .refused, .badToken, .impossible:
                    return .refused("The webhook could not be set. \(error.sentence())")
                default:
                    house.report(.reconnecting(reason: error.sentence()))
                    await pause(Self.retryDelay)
                }
            }
        }
        log.info("webhook listening on \(settings.webhookPath)")
        house.report(.connected(name: "@" + bot.username))
        await pause(Self.firstCheck)
        while !Task.isCancelled {
            await check()
            await pause(Self.checkInterval)
        }
        return nil
    }

    /// Polling may have left some, which Telegram has no more: they come before what it brings.
    private func takeSlowUpdates() async {
        let slow = TelegramSlowUpdates(house.memory, of: bot)
        await slow.restore()
        while !Task.isCancelled, !slow.updates.isEmpty {
            do throws(InboxError) {
                for update in slow.updates { try await intake.take(update) }
                if await slow.keep([]) { return }
            } catch {
                house.report(.problem("A message could not be kept yet: \(error.reason)"))
            }
            await pause(Self.retryDelay)
        }
    }

    private func set() async throws(TelegramError) {
        var parameters: JSONObject = [
            "url": .string(settings.webhookAddress), "allowed_updates": JSON(TelegramUpdate.kinds),
            "drop_pending_updates": false,
        ]
        parameters["secret_token"] = secret.map { .string($0.reveal()) }
        _ = try await api.call("setWebhook", parameters)
    }

    private func check() async {
        do throws(TelegramError) {
            let info = try await api.call("getWebhookInfo")
            if info["url"]?.stringValue != settings.webhookAddress {
                log.warning("another webhook was set for this bot; setting ours again")
                try await set()
            } else if let message = info["last_error_message"]?.stringValue,
                let at = info["last_error_date"]?.intValue,
                Timestamp.now - Timestamp(milliseconds: Int64(clamping: at) &* 1000) < Self.checkInterval
            {
                house.report(
                    .problem(
                        "Telegram cannot deliver to `channels.telegram.webhookUrl`: \(message). Check that the address "
                            + "leads to this gateway."))
            }
        } catch {
            log.debug("the webhook could not be looked at", ["reason": error.sentence()])
        }
    }

    private func pause(_ time: Duration) async {
        // Cancelled: the loop's condition sees it.
        try? await Task.sleep(for: time)
    }
}
