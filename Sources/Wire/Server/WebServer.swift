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
    /// Bytes of request bodies held now.
    var bufferedBodyBytes = 0
    /// Bytes of WebSocket messages that are not whole yet, of those who are known and of strangers.
    var unfinishedBytes = (known: 0, strangers: 0)
    /// What the server has done so far.
    package internal(set) var counters = ServerCounters()
    private(set) var isStopping = false

    let headerSeconds: Int
    let idleSeconds: Int
    let stallSeconds: Int
    private let maxConnections: Int
    private var listeners: [Listener] = []
    private var connections: [Transport] = []
    private var connectionsByBlock: [AddressBlock: Int] = [:]
    private var sweeper: LoopEvent?
    private var mostConnections = 0
    private var whenEmpty: CheckedContinuation<Void, Never>?

    /// Connections at once when the options do not say.
    private static let usualMaxConnections = 10_000
    /// About what a connection leaves behind in the heap, for the decision to trim it.
    private static let connectionBytes = 4 << 10

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
        MemoryTrim.shared.beforeTrim { OutputQueue.releaseSpares() }
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
        let fromBlock = connectionsByBlock[peer.block, default: 0]
        let isCrowded = fromBlock >= options.maxConnectionsPerAddress && !options.exemptFromAddressLimit(peer)
        guard connections.count < maxConnections, !isCrowded else { return refuse(socket) }
        #if !canImport(Glibc)
            Listener.set(socket, CInt(IPPROTO_TCP), TCP_NODELAY, 1)
        #endif
        let transport = Transport(socket, peer, self)
        transport.stage = HTTPConnection(transport)
        transport.index = connections.count
        connections.append(transport)
        connectionsByBlock[peer.block] = fromBlock + 1
        counters.accepted += 1
        counters.connections = connections.count
        mostConnections = max(mostConnections, connections.count)
        if sweeper == nil { sweeper = LoopEvent.every(.seconds(1)) { [unowned self] in sweep() } }
    }

    private func refuse(_ socket: CInt) {
        counters.refused += 1
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
        let block = transport.peer.block
        let left = connectionsByBlock[block, default: 1] - 1
        connectionsByBlock[block] = left > 0 ? left : nil
        counters.connections = connections.count
        MemoryTrim.shared.note(bytes: Self.connectionBytes)
        guard connections.isEmpty else { return }
        sweeper = nil
        connections = []
        connectionsByBlock = [:]
        whenEmpty?.resume()
        whenEmpty = nil
    }

    /// The one sweep a second that cuts whoever is too slow; it runs only while anyone is connected.
    private func sweep() {
        let now = LoopClock.seconds
        for transport in connections where !transport.isClosed { transport.sweep(now) }
    }

    /// Gives up messages that are not whole, those first whose senders are silent, until the rest has room.
    ///
    /// Strangers have a room of their own.
    func makeRoomForMessages() {
        while unfinishedBytes.known > options.maxUnfinishedBytes, let slowest = slowestSender(isKnown: true) {
            slowest.giveUpMessage()
        }
        while unfinishedBytes.strangers > options.maxUnfinishedBytesOfStrangers,
            let slowest = slowestSender(isKnown: false)
        {
            slowest.giveUpMessage()
        }
    }

    private func slowestSender(isKnown: Bool) -> WebSocket? {
        let senders = connections.compactMap { $0.stage as? WebSocket }
        return senders.filter { $0.isKnown == isKnown && $0.unfinishedBytes > 0 }.min {
            ($0.lastReceived, -$0.unfinishedBytes) < ($1.lastReceived, -$1.unfinishedBytes)
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
