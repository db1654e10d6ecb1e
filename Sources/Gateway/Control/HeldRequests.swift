/// Requests of one client that wait until it has read, or until its large answer is made.
struct HeldRequests {
    private var frames: [[UInt8]] = []
    private var bytes = 0

    /// Whether the client is not heard until some are answered.
    var isFull: Bool { frames.count >= Limits.mostFramesHeld || bytes >= Limits.mostBytesHeld }

    mutating func add(_ frame: [UInt8]) {
        frames.append(frame)
        bytes += frame.count
    }

    mutating func takeAll() -> [[UInt8]] {
        defer { self = HeldRequests() }
        return frames
    }
}
