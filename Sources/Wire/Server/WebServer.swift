#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An HTTP/1.1 and WebSocket server on the loop.
@MainActor
package final class WebServer {
    let options: ServerOptions
    let handler: any RequestHandler
    /// Bytes that wait for the rest of their message, or for their answer.
    var waitingBytes: [Room: Int] = [:]
    /// What the server has done so far.
    package internal(set) var counters = ServerCounters()
    private(set) var isStopping = false

    let headerSeconds: Int
    let idleSeconds: Int
    let stallSeconds: Int
    private let maxConnections: Int
    private var listeners: [Listener] = []
    private var connections: [Transport] = []
    private var connectionsByOwner: [AddressBlock: Int] = [:]
    private var untold: (count: Int, last: PeerAddress)?
    private var toldAt: Int?
    private var sweeper: LoopEvent?
    private var mostConnections = 0
    private var whenEmpty: CheckedContinuation<Void, Never>?

    /// Connections at once when the options do not say.
    private static let usualMaxConnections = 10_000
    /// About what a connection leaves behind in the heap, for the decision to trim it.
    private static let connectionBytes = 4 << 10
    /// When all places are taken, one of so many is made free.
    private static let partMadeFree = 16
    /// How often it is said at most that connections were refused.
    private static let secondsBetweenTellings = 60

    /// Keeps `handler`; raises the descriptor limit as far as allowed, and ignores SIGPIPE.
    package init(options: ServerOptions = ServerOptions(), handler: any RequestHandler) {
        self.options = options
        self.handler = handler
        headerSeconds = Int(options.headerTimeout.components.seconds)
        idleSeconds = Int(options.idleTimeout.components.seconds)
        stallSeconds = Int(options.stallTimeout.components.seconds)
        maxConnections = DescriptorLimit.connections(
            atMost: options.maxConnections ?? Self.usualMaxConnections)
        signal(SIGPIPE, SIG_IGN)
        MemoryTrim.shared.beforeTrim("server") { OutputQueue.releaseSpares() }
    }

    // MARK: Listening

    /// Listens there as well; with port 0 the system chooses.
    package func listen(_ endpoint: ListenEndpoint) throws(ListenError) {
        listeners += try Listener.open(endpoint) { [unowned self] socket, peer in accept(socket, peer) }
    }

    /// The port of the first listener; 0 before.
    package var port: Int { listeners.first?.port ?? 0 }

    /// The addresses that are listened at.
    package var addresses: [String] { listeners.map(\.address) }

    // MARK: Connections

    private func accept(_ socket: CInt, _ peer: PeerAddress) {
        if connections.count >= maxConnections { endIdleStrangers() }
        let owner = handler.bringsOthers(peer) ? nil : peer.block
        guard connections.count < maxConnections, hasPlace(for: owner) else { return refuse(socket, peer) }
        #if !canImport(Glibc)
            Listener.set(socket, CInt(IPPROTO_TCP), TCP_NODELAY, 1)
        #endif
        let transport = Transport(socket, peer, self)
        transport.stage = HTTPConnection(transport)
        transport.index = connections.count
        connections.append(transport)
        own(transport, owner)
        counters.accepted += 1
        counters.connections = connections.count
        mostConnections = max(mostConnections, connections.count)
        if sweeper == nil { sweeper = LoopEvent.every(.seconds(1)) { [unowned self] in sweep() } }
    }

    /// Makes places for newcomers when there are none: of those who are not known and wait for nothing, the most silent end.
    private func endIdleStrangers() {
        let idle = connections.filter { $0.stage?.isIdleStranger ?? true }
            .sorted { $0.lastReceived < $1.lastReceived }
        for transport in idle.prefix(max(1, maxConnections / Self.partMadeFree)) {
            countRefused(transport.peer)
            transport.close()
        }
    }

    private func hasPlace(for owner: AddressBlock?) -> Bool {
        owner.map { connectionsByOwner[$0, default: 0] < options.maxConnectionsPerAddress } ?? true
    }

    private func own(_ transport: Transport, _ owner: AddressBlock?) {
        if let before = transport.owner {
            let left = connectionsByOwner[before, default: 1] - 1
            connectionsByOwner[before] = left > 0 ? left : nil
        }
        if let owner { connectionsByOwner[owner, default: 0] += 1 }
        transport.owner = owner
    }

    /// Counts a proxy's connection as one of the client that a request comes from; false: that client has too many.
    func admits(_ request: HTTPRequest, on transport: Transport) -> Bool {
        guard let client = handler.client(of: request), client.block != transport.owner else { return true }
        guard hasPlace(for: client.block) else {
            countRefused(client)
            return false
        }
        own(transport, client.block)
        return true
    }

    private func countRefused(_ peer: PeerAddress) {
        counters.refused += 1
        untold = ((untold?.count ?? 0) + 1, peer)
    }

    private func tellRefused(_ now: Int) {
        guard let (count, last) = untold, toldAt.map({ now - $0 >= Self.secondsBetweenTellings }) ?? true
        else { return }
        untold = nil
        toldAt = now
        handler.refused(count, last: last)
    }

    private func refuse(_ socket: CInt, _ peer: PeerAddress) {
        countRefused(peer)
        let answer: StaticString =
            "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n"
        _ = write(socket, answer.utf8Start, answer.utf8CodeUnitCount)
        Descriptor.close(socket)
    }

    func removed(_ transport: Transport) {
        let last = connections.removeLast()
        if last !== transport {
            connections[transport.index] = last
            last.index = transport.index
        }
        own(transport, nil)
        counters.connections = connections.count
        MemoryTrim.shared.note(bytes: Self.connectionBytes)
        guard connections.isEmpty else { return }
        tellRefused(LoopClock.seconds)
        sweeper = nil
        connections = []
        connectionsByOwner = [:]
        whenEmpty?.resume()
        whenEmpty = nil
    }

    /// The one sweep a second that cuts whoever is too slow; it runs only while anyone is connected.
    private func sweep() {
        let now = LoopClock.seconds
        for transport in connections where !transport.isClosed { transport.sweep(now) }
        tellRefused(now)
    }

    /// Ends some of those of whom something waits, until an eighth of the room is free.
    func makeRoom(in room: Room) {
        let most = options.mostBytes(in: room)
        guard waitingBytes[room, default: 0] > most else { return }
        let now = LoopClock.seconds
        let waiters = connections.filter { $0.waiting.room == room && $0.waiting.bytes > 0 }
            .map { Waiter($0, now: now) }.sorted { $0.goes(before: $1) }
        for waiter in waiters {
            guard waitingBytes[room, default: 0] > most / 8 * 7 else { return }
            waiter.transport.stage?.giveUp()
        }
    }

    // MARK: Stopping

    /// Takes no more connections, ends those that wait for a request, and lets running answers end theirs.
    package func stopAccepting() {
        isStopping = true
        for listener in listeners { listener.close() }
        listeners = []
        for transport in connections { (transport.stage as? HTTPConnection)?.endIfIdle() }
    }

    /// Cuts every connection, after writing what goes without waiting.
    package func closeAll() {
        for transport in connections { transport.closeAfterFlush() }
    }

    /// Stops accepting, waits for the connections to end, and cuts those that are left after `limit`.
    package func finish(within limit: Duration) async {
        stopAccepting()
        guard !connections.isEmpty else { return }
        let timer = LoopEvent.after(limit) { [unowned self] in closeAll() }
        await withCheckedContinuation { whenEmpty = $0 }
        timer.cancel()
    }
}

/// What a server has done.
package struct ServerCounters: Sendable {
    /// Open now, WebSockets included.
    package var connections = 0
    /// WebSockets open now.
    package var webSockets = 0
    /// Connections taken since the start.
    package var accepted = 0
    /// Connections refused because there were too many.
    package var refused = 0
    /// Requests since the start.
    package var requests = 0
    /// Connections cut because the other side was too slow or silent.
    package var cut = 0
}
