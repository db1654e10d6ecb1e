import CEvent

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What is spoken on a connection: first HTTP, then perhaps WebSocket.
@MainActor
protocol ConnectionStage: AnyObject {
    /// Bytes to read at once.
    var readLimit: Int { get }
    /// Takes in all of `bytes`, which it may change in place and not keep.
    func received(_ bytes: UnsafeMutableBufferPointer<UInt8>)
    /// The peer will send nothing more; it may still read.
    func peerFinished()
    /// The output was above `Transport.highWaterBytes` and is below `Transport.lowWaterBytes` again.
    func outputDrained()
    /// Nobody known, and nothing is being done for them.
    var isIdleStranger: Bool { get }
    /// Ends what has not come whole: there is no room for it.
    func giveUp()
    /// Called once a second.
    func sweep(_ now: Int)
    /// The connection is gone; nothing can be sent.
    func connectionClosed()
}

/// One accepted socket: reads into a buffer that all share, queues what is sent, and writes once a pass.
@MainActor
final class Transport: PassEndWork {
    /// Unsent bytes from which a writer should wait.
    static let highWaterBytes = 64 << 10
    /// Unsent bytes below which it may go on.
    static let lowWaterBytes = 16 << 10
    /// Most that is read at once.
    static let readBytes = 64 << 10
    /// Seconds that a finished connection may take to read what is left for it.
    private static let lingerSeconds = 3

    /// How long what may wait is kept back: nobody sees it, and a system call is shared by all that comes meanwhile.
    private static let patience: Duration = .milliseconds(4)

    private static var waiting: [Transport] = []
    private static var waitingTimer: LoopEvent?
    private static let readBuffer = UnsafeMutablePointer<UInt8>.allocate(capacity: readBytes)

    let peer: PeerAddress
    let server: WebServer
    var stage: (any ConnectionStage)?
    /// Its place in the server's list.
    var index = 0
    /// Whose connection it counts as; nil: nobody's in particular.
    var owner: AddressBlock?
    /// Bytes that have come and wait for their rest or for their answer, and where they are counted.
    private(set) var waiting = (room: Room.heads, bytes: 0)
    /// When the peer last sent something.
    private(set) var lastReceived = LoopClock.seconds
    private(set) var isClosed = false
    /// Nothing more will be sent: what is queued goes out, and then the connection ends.
    private(set) var isEnding = false
    private(set) var peerHasFinished = false

    private let descriptor: CInt
    private var output = OutputQueue()
    private var readEvent: OpaquePointer?
    private var writeEvent: OpaquePointer?
    private var isReading = false
    private var isFlushQueued = false
    private var isWaiting = false
    /// The kernel takes nothing more until the peer has read; whoever leaves that so is cut.
    private(set) var isBlocked = false
    private var wasAboveHighWater = false
    private var lastProgress = 0
    private var lingerUntil = 0

    init(_ descriptor: CInt, _ peer: PeerAddress, _ server: WebServer) {
        self.descriptor = descriptor
        self.peer = peer
        self.server = server
        let context = Unmanaged.passUnretained(self).toOpaque()
        readEvent = event_new(
            EventLoop.shared.base, descriptor, Int16(EV_READ | EV_PERSIST), socketReadable, context)
        resumeReading()
    }

    // MARK: Reading

    func pauseReading() {
        guard isReading, let readEvent else { return }
        isReading = false
        event_del(readEvent)
    }

    func resumeReading() {
        guard !isReading, !peerHasFinished, let readEvent else { return }
        isReading = true
        event_add(readEvent, nil)
    }

    fileprivate func readable() {
        let limit = min(stage?.readLimit ?? Self.readBytes, Self.readBytes)
        let count = read(descriptor, Self.readBuffer, limit)
        if count > 0 {
            lastReceived = LoopClock.seconds
            stage?.received(UnsafeMutableBufferPointer(start: Self.readBuffer, count: count))
        } else if count == 0 {
            peerFinished()
        } else if errno != EAGAIN && errno != EINTR {
            close()
        }
    }

    /// Counts what waits now; where that is too much for all together, some of those who wait are ended.
    func count(_ bytes: Int, in room: Room) {
        let before = waiting
        guard before != (room, bytes), stage != nil || bytes == 0 else { return }
        waiting = (room, bytes)
        server.waitingBytes[before.room, default: 0] -= before.bytes
        server.waitingBytes[room, default: 0] += bytes
        if bytes < before.bytes { MemoryTrim.shared.note(bytes: before.bytes - bytes) }
        if bytes > 0 { server.makeRoom(in: room) }
    }

    private func peerFinished() {
        pauseReading()
        peerHasFinished = true
        if let stage { return stage.peerFinished() }
        if lingerUntil > 0 { close() }
    }

    // MARK: Writing

    /// Bytes queued that the kernel has not taken yet.
    var bufferedBytes: Int { output.count }

    func send(_ bytes: [UInt8]) {
        guard !isClosed, !isEnding else { return }
        output.append(bytes)
        queueFlush()
    }

    func send(_ bytes: UnsafeRawBufferPointer) {
        guard !isClosed, !isEnding else { return }
        output.append(bytes)
        queueFlush()
    }

    func send(_ bytes: SharedBytes) {
        guard !isClosed, !isEnding else { return }
        output.append(bytes)
        queueFlush()
    }

    /// Sends a message made of parts; one that may wait leaves with whatever comes within the next milliseconds.
    func send(_ head: [UInt8], _ bytes: SharedBytes, _ tail: String, mayWait: Bool) {
        guard !isClosed, !isEnding else { return }
        output.append(head)
        output.append(bytes)
        output.append(tail)
        if mayWait { flushSoon() } else { queueFlush() }
    }

    /// Takes over `file`, also when it fails.
    func send(file: CInt, from offset: Int, count: Int) -> Bool {
        guard !isClosed, !isEnding else {
            Descriptor.close(file)
            return false
        }
        guard output.append(file: file, from: offset, count: count) else { return false }
        queueFlush()
        return true
    }

    func passEnded() {
        isFlushQueued = false
        if !isClosed, !isBlocked { flush() }
    }

    private func flushSoon() {
        guard output.count < Self.lowWaterBytes else { return queueFlush() }
        guard !isFlushQueued, !isWaiting else { return }
        isWaiting = true
        Self.waiting.append(self)
        if Self.waitingTimer == nil {
            Self.waitingTimer = LoopEvent.after(Self.patience) { Self.flushWaiting() }
        }
    }

    private static func flushWaiting() {
        let ready = waiting
        waiting.removeAll(keepingCapacity: waiting.capacity <= 1024)
        waitingTimer = nil
        for transport in ready {
            transport.isWaiting = false
            if transport.bufferedBytes > 0 { transport.queueFlush() }
        }
    }

    private func queueFlush() {
        if output.count >= Self.highWaterBytes { wasAboveHighWater = true }
        guard !isFlushQueued else { return }
        isFlushQueued = true
        PassEnd.add(self)
    }

    fileprivate func flush() {
        let before = output.count
        switch output.write(to: descriptor) {
        case .failed: return close()
        case .finished: setBlocked(false)
        case .blocked:
            if output.count < before || !isBlocked { lastProgress = LoopClock.seconds }
            setBlocked(true)
        }
        if wasAboveHighWater, output.count < Self.lowWaterBytes {
            wasAboveHighWater = false
            stage?.outputDrained()
        }
        if isEnding, !isBlocked, output.count == 0 { shutDown() }
    }

    private func setBlocked(_ blocked: Bool) {
        guard blocked != isBlocked else { return }
        isBlocked = blocked
        if blocked {
            if writeEvent == nil {
                let context = Unmanaged.passUnretained(self).toOpaque()
                writeEvent = event_new(
                    EventLoop.shared.base, descriptor, Int16(EV_WRITE | EV_PERSIST), socketWritable, context)
            }
            event_add(writeEvent, nil)
        } else if let writeEvent {
            event_free(writeEvent)
            self.writeEvent = nil
        }
    }

    // MARK: Ending

    /// Sends what is queued and then ends the connection so that the peer can read all of it: what it still sends is
    /// read and dropped for a while, for closing with unread bytes would destroy the answer on its way.
    func end() {
        guard !isClosed, !isEnding else { return }
        isEnding = true
        stage = nil
        count(0, in: waiting.room)
        resumeReading()
        queueFlush()
    }

    private func shutDown() {
        guard lingerUntil == 0 else { return }
        if peerHasFinished { return close() }
        shutdown(descriptor, CInt(SHUT_WR))
        lingerUntil = LoopClock.seconds + Self.lingerSeconds
    }

    /// Cuts the connection now.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        count(0, in: waiting.room)
        if let readEvent { event_free(readEvent) }
        if let writeEvent { event_free(writeEvent) }
        readEvent = nil
        writeEvent = nil
        output.release()
        Descriptor.close(descriptor)
        server.removed(self)
        let stage = stage
        self.stage = nil
        stage?.connectionClosed()
    }

    /// Writes what goes without waiting, then cuts.
    func closeAfterFlush() {
        if !isClosed { _ = output.write(to: descriptor) }
        close()
    }

    func sweep(_ now: Int) {
        if lingerUntil > 0, now >= lingerUntil { return close() }
        if isBlocked, now - lastProgress > server.stallSeconds {
            server.counters.cut += 1
            return close()
        }
        stage?.sweep(now)
    }
}

/// Outside the main actor, so that libevent may call them; they are only ever called on the loop's thread.
private nonisolated func socketReadable(_: CInt, _: Int16, _ context: UnsafeMutableRawPointer?) {
    guard let context else { return }
    let transport = Unmanaged<Transport>.fromOpaque(context).takeUnretainedValue()
    MainActor.assumeIsolated { transport.readable() }
}

private nonisolated func socketWritable(_: CInt, _: Int16, _ context: UnsafeMutableRawPointer?) {
    guard let context else { return }
    let transport = Unmanaged<Transport>.fromOpaque(context).takeUnretainedValue()
    MainActor.assumeIsolated { transport.flush() }
}
