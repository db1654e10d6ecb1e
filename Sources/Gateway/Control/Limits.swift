/// The bounds of a control connection.
enum Limits {
    /// The largest frame before login: `connect` is below 4 KiB.
    ///
    /// Larger ones end the connection with 1009.
    static let maxBytesBeforeLogin = 64 << 10
    /// The largest frame after login, as `policy.maxPayload` says: attachments come inside `chat.send`.
    static let maxPayloadBytes = 25 << 20
    /// How long a client may take to log in.
    static let handshakeTimeout: Duration = .seconds(15)
    /// Frames kept while the database is asked about a device; clients wait for the greeting before they go on.
    static let mostFramesDuringLogin = 8
    /// Requests of one connection that wait for an answer.
    ///
    /// Clients that ask more at once are out of control.
    static let mostCallsInFlight = 64
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
}
