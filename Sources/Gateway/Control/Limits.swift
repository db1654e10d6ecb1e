/// The bounds of a control connection.
enum Limits {
    /// The largest frame before login: `connect` is below 4 KiB.
    ///
    /// Larger ones end the connection with 1009.
    static let maxBytesBeforeLogin = 64 << 10
    /// The largest frame after login, as `policy.maxPayload` says.
    ///
    /// Attachments come inside `chat.send`; who may not write sends nothing large.
    static func maxPayloadBytes(_ scopes: Scopes) -> Int { scopes.allow(.write) ? 25 << 20 : 512 << 10 }
    /// Most values in one frame: a large one is a long text, and each value takes some 50 times its byte in memory.
    static let mostValuesInFrame = 100_000
    /// How long a client may take to log in.
    static let handshakeTimeout: Duration = .seconds(15)
    /// Requests of one connection that wait for an answer.
    ///
    /// Clients that ask more at once are out of control.
    static let mostCallsInFlight = 64
    /// Requests of one connection that are held back, and their bytes, from which it is not heard any more.
    static let mostFramesHeld = 64
    static let mostBytesHeld = 64 << 10
    /// Answers that take longer are worth a line in the log.
    static let slowAnswer: Duration = .milliseconds(50)
    static let tickInterval: Duration = .seconds(30)

    /// Bytes that may wait for a client that does not read.
    ///
    /// `policy.maxBufferedBytes` says 50 MiB to today's clients, as the original does; on a machine of 256 MB
    /// a few stalled browsers would then fill the memory.
    static func maxBufferedBytes(_ generation: Generation) -> Int {
        generation == .three ? 1536 << 10 : 4 << 20
    }

    /// Unread bytes from which what a client wants to read waits until it has read.
    ///
    /// Events alone never get there: those that may be missed stop before.
    static func mostUnreadBytes(_ generation: Generation) -> Int { maxBufferedBytes(generation) / 4 * 3 }
    /// Bytes that may wait for all clients together; beyond it the one with the most is cut off.
    static let mostUnreadBytesOfAll = 64 << 20
    /// Unread bytes from which it is worth to look at all clients.
    static let notableUnreadBytes = 64 << 10
}
