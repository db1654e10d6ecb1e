import Core
import Wire

/// One connection to the gateway, from hello to its end.
@MainActor
final class GatewayConnection {
    /// Why it ended, by what comes next.
    enum End: Sendable, Hashable {
        /// The session may go on at another connection.
        case resumes(String)
        /// A new session is needed, after this time.
        case restarts(String, after: Duration)
        /// Nothing helps but a change of the config or in the portal.
        case refused(String)
        case cancelled
    }

    /// How the connection says who we are.
    enum Login: Sendable {
        case identify(JSON)
        case resume(JSON)
    }

    /// What became of an event that was handed on.
    typealias OnEvent = @MainActor (_ name: String, _ sequence: Int, _ data: JSON) async -> Void

    private let web: WebClient
    private let proxy: String?
    private let onEvent: OnEvent
    /// The newest event's number, for heartbeats.
    private let sequence: @MainActor () -> Int
    private let onAlive: @MainActor () -> Void
    private let chance: @MainActor () -> Double

    private var socket: OutgoingWebSocket?
    private var isAcknowledged = true
    /// Heartbeats since the last event.
    private var quietHeartbeats = 0
    private var hasHello = false
    /// Why we ended it ourselves.
    private var ownEnd: End?
    private let isLeaving = Gate()

    /// What comes right behind an event that has to come again is still heard: a stop word may be among it.
    private static let farewell = Duration.milliseconds(500)

    /// How long the gateway has to say hello after the socket is open.
    static let helloTimeout = Duration.seconds(30)
    /// After so many heartbeats without an event (half an hour at Discord's interval) the session is resumed, to see whether
    /// it still works: a connection whose session is lost can stay open and answer heartbeats, and nothing else tells.
    static let mostQuietHeartbeats = 44
    /// Largest event after decompression: a server with thousands of channels fits.
    static let mostEventBytes = 32 << 20

    init(
        web: WebClient, proxy: String?, sequence: @escaping @MainActor () -> Int,
        onAlive: @escaping @MainActor () -> Void, chance: @escaping @MainActor () -> Double,
        onEvent: @escaping OnEvent
    ) {
        self.web = web
        self.proxy = proxy
        self.sequence = sequence
        self.onAlive = onAlive
        self.chance = chance
        self.onEvent = onEvent
    }

    /// Connects, logs in, and hands on events until the connection ends.
    func run(at url: String, _ login: Login) async -> End {
        let address = url + (url.contains("?") ? "&" : url.hasSuffix("/") ? "?" : "/?")
        var request = WebSocketRequest(address + "v=10&encoding=json&compress=zlib-stream", proxy: proxy)
        request.maxMessageBytes = Self.mostEventBytes
        let socket: OutgoingWebSocket
        do throws(WebSocketError) {
            socket = try await web.open(request)
        } catch {
            return Self.end(error)
        }
        self.socket = socket
        let end = await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.watchForHello() }
            group.addTask {
                await self.isLeaving.wait()
                try? await Task.sleep(for: Self.farewell)  // a cancelled task is at its end anyway
                await socket.abort()
            }
            let end = await self.read(socket, login) { interval in
                group.addTask { await self.beat(every: interval) }
            }
            group.cancelAll()
            return end
        }
        socket.abort()
        self.socket = nil
        return ownEnd ?? end
    }

    /// Ends the connection soon, without ending the session.
    func leave(_ end: End) {
        if ownEnd == nil { ownEnd = end }
        isLeaving.open()
    }

    // MARK: Reading

    private func read(
        _ socket: OutgoingWebSocket, _ login: Login, startBeating: (Duration) -> Void
    ) async -> End {
        let inflater = ZlibStream(maxMessageBytes: Self.mostEventBytes)
        while true {
            let frame: GatewayFrame?
            do {
                guard let message = try await socket.next() else { return Self.end(socket.closing) }
                guard let bytes = try Self.inflated(message, inflater) else { continue }
                frame = GatewayFrame(bytes)
            } catch let error as WebError {
                if case .cancelled = error { return .cancelled }
                return .resumes(error.message)
            } catch {
                return .resumes("Discord's compressed stream is broken.")
            }
            guard let frame else { return .resumes("Discord sent something that is no event.") }
            if let end = await take(frame, socket, login, startBeating) { return end }
        }
    }

    private func take(
        _ frame: GatewayFrame, _ socket: OutgoingWebSocket, _ login: Login, _ startBeating: (Duration) -> Void
    ) async -> End? {
        switch frame.opcode {
        case .hello:
            guard !hasHello, let interval = frame.data["heartbeat_interval"]?.intValue, interval > 0 else {
                break
            }
            hasHello = true
            startBeating(.milliseconds(interval))
            logIn(socket, login)
        case .heartbeat: beat(socket)
        case .heartbeatAck:
            isAcknowledged = true
            onAlive()
        case .reconnect: return .resumes("Discord asked to reconnect.")
        case .invalidSession:
            if frame.data.boolValue == true { return .resumes("Discord asked to resume the session.") }
            // Discord asks for a random wait of one to five seconds.
            return .restarts("Discord ended the session.", after: .seconds(1 + 4 * chance()))
        case .dispatch:
            quietHeartbeats = 0
            if let name = frame.name, let sequence = frame.sequence {
                await onEvent(name, sequence, frame.data)
            }
        case .identify, .resume, nil: break
        }
        return nil
    }

    private func logIn(_ socket: OutgoingWebSocket, _ login: Login) {
        switch login {
        case .identify(let data): socket.send(text: GatewayFrame.text(.identify, data))
        case .resume(let data): socket.send(text: GatewayFrame.text(.resume, data))
        }
    }

    private static func inflated(_ message: WebSocketMessage, _ inflater: ZlibStream) throws -> [UInt8]? {
        switch message {
        case .text(let bytes): bytes
        case .binary(let bytes): try inflater.feed(bytes)
        }
    }

    // MARK: Heartbeats

    /// The first after a random part of the interval, so that not all bots beat at once.
    private func beat(every interval: Duration) async {
        var wait = interval * chance()
        while true {
            do { try await Task.sleep(for: wait) } catch { return }
            guard isAcknowledged else {
                return leave(.resumes("Discord did not answer a heartbeat."))
            }
            guard quietHeartbeats < Self.mostQuietHeartbeats else {
                return leave(.resumes("Nothing has come from Discord for a long time."))
            }
            quietHeartbeats += 1
            isAcknowledged = false
            if let socket { beat(socket) }
            wait = interval
        }
    }

    private func beat(_ socket: OutgoingWebSocket) {
        let newest = sequence()
        socket.send(text: GatewayFrame.text(.heartbeat, newest > 0 ? JSON(newest) : .null))
    }

    private func watchForHello() async {
        do { try await Task.sleep(for: Self.helloTimeout) } catch { return }
        if !hasHello { leave(.resumes("Discord's gateway said nothing for \(Self.helloTimeout).")) }
    }

    // MARK: Ends

    private static func end(_ error: WebSocketError) -> End {
        switch error {
        case .refused(let reply): .resumes("Discord's gateway answered HTTP \(reply.status).")
        case .failed(.cancelled): .cancelled
        case .failed(let error): .resumes(error.message)
        }
    }

    /// What Discord's close code means (gateway close event codes).
    private static func end(_ closing: WebSocketClosing?) -> End {
        guard let closing else { return .resumes("Discord closed the connection.") }
        let reason =
            closing.reason.isEmpty ? "code \(closing.code)" : "code \(closing.code): \(closing.reason)"
        if let words = GatewayRefusal.words(closing.code) { return .refused(words) }
        switch closing.code {
        case GatewayCloseCode.invalidSequence, GatewayCloseCode.sessionTimedOut:
            return .restarts("Discord ended the session (\(reason)).", after: .zero)
        default: return .resumes("Discord closed the connection (\(reason)).")
        }
    }
}

/// Close codes after which another attempt ends the same way, and what to do about each.
enum GatewayRefusal {
    static func words(_ code: Int) -> String? {
        switch code {
        case GatewayCloseCode.authenticationFailed:
            return
                "Discord does not accept the bot token (4004 Authentication failed). Set DISCORD_BOT_TOKEN or "
                + "`channels.discord.token` to the token of your application's Bot page in the Discord Developer Portal."
        case GatewayCloseCode.invalidShard:
            return
                "Discord does not accept the shard (4010). `channels.discord.shard` is `[number, count]`, with numbers "
                + "from 0."
        case GatewayCloseCode.shardingRequired:
            return
                "The bot is in too many servers for one connection (4011). Set `channels.discord.shard` to "
                + "`[number, count]`, an account for each number."
        case GatewayCloseCode.invalidVersion:
            return "Discord does not speak version 10 of its gateway any more (4012). Update this program."
        case GatewayCloseCode.invalidIntents:
            return "Discord does not know the intents that were asked for (4013). Remove what you set in "
                + "`channels.discord.intents`."
        case GatewayCloseCode.disallowedIntents:
            return
                "Discord refused the intents (4014 Disallowed intents). Turn on Message Content Intent in the Discord "
                + "Developer Portal (your application, Bot, Privileged Gateway Intents), and also Server Members Intent or "
                + "Presence Intent if `channels.discord.intents` asks for them."
        default: return nil
        }
    }
}
