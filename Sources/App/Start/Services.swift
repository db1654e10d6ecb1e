import Agent
import Core
import Gateway
import Models
import Store
import Wire

/// The database: prunes once an hour, closes last.
final class DatabaseService: Service {
    private let database: Database
    private let log: Log

    init(_ database: Database, log: Log) {
        self.database = database
        self.log = log
    }

    func run() async {
        while (try? await Task.sleep(for: .seconds(3600))) != nil {  // cancelled: the gateway ends
            do { _ = try await database.prune() } catch {
                log.warning("pruning failed", ["error": "\(error)"])
            }
        }
    }

    func stop() async { await database.close() }
}

/// The watch on the volume.
final class VolumeService: Service {
    private let volume: VolumeWatch

    init(_ volume: VolumeWatch) { self.volume = volume }

    func run() async { await volume.run() }
}

/// The models: reads what outlived the restart, once the import is done; `changed` tells the rooms of new logins.
final class ModelsService: Service {
    private let router: ModelRouter
    private let changed: @MainActor () -> Void

    init(_ router: ModelRouter, changed: @escaping @MainActor () -> Void) {
        self.router = router
        self.changed = changed
    }

    func start() async throws {
        await router.load()
        changed()
    }
}

/// The turns: recovers what a crash left, lets running ones reach a safe point at the end.
final class SwitchboardService: Service {
    /// A turn's next safe point is rarely further away; what is not done then is done after the next start.
    static let drainTime = Duration.seconds(2)

    private let switchboard: Switchboard

    init(_ switchboard: Switchboard) { self.switchboard = switchboard }

    func run() async { await switchboard.run() }
    func stop() async { await switchboard.drain(timeout: Self.drainTime) }
}

/// The server with its clients.
final class ServerService: Service {
    /// How long clients get to read the farewell.
    static let farewellTime = Duration.milliseconds(700)

    private let gateway: GatewayServer
    private let web: WebServer
    private let restartExpected: @MainActor () -> Duration?

    init(_ gateway: GatewayServer, _ web: WebServer, restartExpected: @escaping @MainActor () -> Duration?) {
        self.gateway = gateway
        self.web = web
        self.restartExpected = restartExpected
    }

    func run() async { await gateway.run() }

    func stop() async {
        gateway.stop(restartExpected: restartExpected())
        await web.finish(within: Self.farewellTime)
    }
}

/// The watch on the config file.
final class ReloadService: Service {
    private let reloader: ConfigReloader

    init(_ reloader: ConfigReloader) { self.reloader = reloader }

    func start() async { reloader.start() }
    func stop() async { reloader.stop() }
}

/// What is stored to be sent: begins with what the last process left, sends once more at the end.
final class OutboxService: Service {
    /// A platform answers in less, or is not well.
    static let flushTime = Duration.seconds(1)

    private let outbox: Outbox

    init(_ outbox: Outbox) { self.outbox = outbox }

    func run() async { await outbox.run() }
    func stop() async { await outbox.flush(timeout: Self.flushTime) }
}

/// The chat platforms: started once everything behind them is, and the first to stop reading.
final class ChannelsService: Service {
    private let board: ChannelBoard
    private let replies: ReplyDesk
    private let stickers: StickerBook
    private let approvals: ChatApprovals
    private let accounts: @MainActor () -> [ChannelAccount]

    init(
        _ board: ChannelBoard, _ replies: ReplyDesk, _ stickers: StickerBook, _ approvals: ChatApprovals,
        accounts: @escaping @MainActor () -> [ChannelAccount]
    ) {
        self.board = board
        self.replies = replies
        self.stickers = stickers
        self.approvals = approvals
        self.accounts = accounts
    }

    func start() async { board.update(accounts()) }

    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.replies.run() }
            group.addTask { await self.stickers.run() }
            group.addTask { await self.approvals.run() }
            group.addTask { await self.board.run() }
        }
    }

    func stop() async { await board.stopReading() }
}
