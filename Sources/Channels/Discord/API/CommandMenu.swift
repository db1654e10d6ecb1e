import Core

/// Registers our commands in Discord's menu, once it is known which application is ours.
@MainActor
final class CommandMenu {
    private static let retryInterval = Duration.seconds(300)

    private let api: DiscordAPI
    private let log: Log
    private let registrations: @MainActor () -> [JSON]
    private var known = Gate()

    /// Whose menu it is; nil until the gateway has said so.
    var application: Snowflake? {
        didSet { known.open() }
    }

    init(api: DiscordAPI, log: Log, registrations: @escaping @MainActor () -> [JSON]) {
        self.api = api
        self.log = log
        self.registrations = registrations
    }

    /// Returns when the menu is as it should be; goes on trying while Discord cannot do it.
    func run(_ house: ChannelHouse) async {
        await known.wait()
        while !Task.isCancelled, let application {
            do throws(DiscordFailure) {
                try await bringUpToDate(application)
                return
            } catch {
                house.report(.problem("The commands could not be put into Discord's menu: \(error.reason)"))
                if case .refused = error { return }
            }
            do { try await Task.sleep(for: Self.retryInterval) } catch { return }
        }
    }

    /// Overwrites only what differs: Discord allows 200 new commands a day.
    private func bringUpToDate(_ application: Snowflake) async throws(DiscordFailure) {
        let ours = registrations()
        let theirs = try await api.commands(of: application)
        guard !CommandMapping.isRegistered(ours, in: theirs) else { return }
        try await api.setCommands(ours, of: application)
        log.info("registered \(ours.count) commands in Discord's menu")
    }
}
