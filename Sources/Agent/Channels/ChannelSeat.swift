import Core

/// Keeps one account of a channel running: starts it, starts it again when it is lost, and knows how it is.
@MainActor
final class ChannelSeat {
    let account: ChannelAccount
    private(set) var channel: (any Channel)?
    /// The bot that it is, once that is known and what it has left is here.
    private(set) var bot: String?
    var state = ChannelState()
    private let clock: any Clock<Duration>
    private let log: Log
    private let leaving = Gate()
    private let left = Gate()
    private var backoff = Backoff(first: .seconds(2), longest: .seconds(60))

    /// Whoever is not let in looks again, seldom: the switch in a portal may have been turned, or the refusal have passed.
    private var refusals = Backoff(first: .seconds(60), longest: .seconds(3600))

    /// A channel that has run for so long was well, whatever ended it.
    private static let soundTime: Duration = .seconds(60)

    init(_ account: ChannelAccount, clock: any Clock<Duration>, log: Log) {
        self.account = account
        self.clock = clock
        self.log = log.named(account.channel.rawValue)
    }

    /// What a line in the log begins with when the account is not the only one.
    private var prefix: String { account.account == "default" ? "" : "[\(account.account)] " }

    /// Runs the account until it is stopped or the task is cancelled.
    func run(_ house: ChannelHouse) async {
        defer { left.open() }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.keepRunning(house) }
            await leaving.wait()
            group.cancelAll()
        }
    }

    /// A channel that takes longer to end is left behind.
    private static let patience: Duration = .seconds(3)

    /// Whether the account can be sent to after it has ended.
    private var keepsChannel = false

    /// Ends `run`, and waits until it has ended.
    func stop(keepsChannel: Bool = false) async {
        self.keepsChannel = keepsChannel
        leaving.open()
        await left.wait(atMost: Self.patience, on: clock)
    }

    private func keepRunning(_ house: ChannelHouse) async {
        while !Task.isCancelled {
            let startedAt = Timestamp.now
            guard let pause = await runOnce(house, startedAt: startedAt) else { break }
            do { try await clock.sleep(for: pause) } catch { break }
        }
        state.isRunning = false
        state.isConnected = false
        state.lastStopAt = .now
    }

    /// How long to wait before the next attempt; nil when there should be none.
    private func runOnce(_ house: ChannelHouse, startedAt: Timestamp) async -> Duration? {
        state.isRunning = true
        state.lastStartAt = startedAt
        defer {
            if !keepsChannel { channel = nil }
            state.isConnected = false
        }
        do throws(ChannelError) {
            let channel = try account.make()
            self.channel = channel
            try await channel.run(in: house)
            return pause(after: .lost("it ended by itself"), startedAt: startedAt)
        } catch {
            return pause(after: error, startedAt: startedAt)
        }
    }

    private func pause(after error: ChannelError, startedAt: Timestamp) -> Duration? {
        if Task.isCancelled { return nil }
        state.lastError = error.reason
        switch error {
        case .refused(let reason):
            state.isRunning = false
            log.error("\(prefix)stopped: \(reason)")
            return refusals.next()
        case .lost(let reason, let after):
            if Timestamp.now - startedAt >= Self.soundTime { backoff.succeeded() }
            let pause = max(backoff.next(), after ?? .zero)
            state.reconnectAttempts += 1
            log.warning("\(prefix)\(reason); trying again in \(max(pause.components.seconds, 1)) s")
            return pause
        }
    }

    /// Nil: the bot that it was is in another account now.
    func isKnown(as bot: String?) { self.bot = bot }

    /// The message, with the bot that it was written to.
    func naming(_ message: ChannelMessage) -> ChannelMessage {
        var message = message
        message.bot = bot
        return message
    }

    func report(_ report: ChannelReport) {
        switch report {
        case .connected(let name):
            state.isConnected = true
            state.lastConnectedAt = .now
            refusals.succeeded()
            state.lastError = nil
            state.reconnectAttempts = 0
            if let name { state.name = name }
        case .reconnecting(let reason):
            state.isConnected = false
            state.lastError = reason
            state.reconnectAttempts += 1
        case .problem(let reason):
            state.lastError = reason
            log.warning("\(prefix)\(reason)")
        case .fact(let name, let value):
            state.facts[name] = value
        }
    }
}
