/// What a client has to wait for while it leaves much unread, or while a large answer is made for it.
///
/// What it wants to read waits until it has read. Who acts, such as by a stop, is answered shortly and goes first, but
/// nothing that acts overtakes another that waits already.
struct UnreadRules {
    /// It asks for more than it reads.
    private(set) var isHeld = false
    /// Bytes of the largest answer that waits while it is held; events have their room beside it.
    private(set) var largeBytes = 0
    private var isMakingLargeAnswer = false
    private var callsWhileHeld = 0
    private var frames: [[UInt8]] = []
    private var frameBytes = 0

    /// Whether any request may have to wait.
    var isActive: Bool { isHeld || isMakingLargeAnswer }

    /// Whether the client is not heard until some of what waits is answered.
    var isFull: Bool { frames.count >= Limits.mostFramesHeld || frameBytes >= Limits.mostBytesHeld }

    /// Too much is unread after an answer of so many bytes.
    mutating func hold(after bytes: Int) {
        isHeld = true
        largeBytes = max(largeBytes, bytes)
    }

    /// The client has read nearly all that waited.
    mutating func release() {
        isHeld = false
        largeBytes = 0
    }

    mutating func largeAnswerBegins() { isMakingLargeAnswer = true }

    mutating func largeAnswerEnds() { isMakingLargeAnswer = false }

    /// Whether a request waits; nil is one for a method that the client may not call.
    mutating func mustWait(_ method: MethodTable.Method?, in generation: Generation) -> Bool {
        if isMakingLargeAnswer, method?.isLarge == true { return true }
        guard isHeld else { return false }
        guard let method, !method.onlyReads(in: generation), callsWhileHeld < Limits.mostCallsInFlight else {
            return true
        }
        callsWhileHeld += 1
        return false
    }

    mutating func keep(_ frame: [UInt8]) {
        frames.append(frame)
        frameBytes += frame.count
    }

    /// Gives what waits, in its order; what must go on waiting is to be kept again.
    mutating func takeFrames() -> [[UInt8]] {
        defer { (frames, frameBytes) = ([], 0) }
        return frames
    }

    /// Nothing that acts waits any more.
    mutating func allAnswered() { callsWhileHeld = 0 }
}
