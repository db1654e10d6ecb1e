/// Where bytes are counted that wait for the rest of their message, or for their answer.
///
/// Each kind has a limit of its own, so that strangers never take the room of those who are known.
enum Room: CaseIterable {
    /// Heads of requests, and requests that come before the last answer has been read.
    case heads
    /// Requests with a body that the handler wants.
    case bodies
    /// WebSocket messages of those whom the handler does not know yet.
    case messagesOfStrangers
    /// WebSocket messages of the others.
    case messages
}

extension ServerOptions {
    func mostBytes(in room: Room) -> Int {
        switch room {
        case .heads: maxBufferedHeadBytes
        case .bodies: maxBufferedBodyBytes
        case .messagesOfStrangers: maxUnfinishedBytesOfStrangers
        case .messages: maxUnfinishedBytes
        }
    }
}

/// A connection of which something waits in a room that is full.
struct Waiter {
    let transport: Transport
    /// It sends nothing now, and much of it waits.
    private let isStuck: Bool
    private let bytes: Int

    /// Silence of some seconds is more than a slow line.
    private static let stuckSeconds = 2
    /// Bytes below which nobody is worth being ended for their silence.
    private static let notableBytes = 4 << 10

    @MainActor
    init(_ transport: Transport, now: Int) {
        self.transport = transport
        bytes = transport.waiting.bytes
        isStuck = bytes >= Self.notableBytes && now - transport.lastReceived >= Self.stuckSeconds
    }

    /// Whether it has to go before the other.
    func goes(before other: Waiter) -> Bool {
        isStuck == other.isStuck ? bytes > other.bytes : isStuck
    }
}
