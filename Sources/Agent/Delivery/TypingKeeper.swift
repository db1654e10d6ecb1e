import Core

/// When people are shown that an answer is being written; the raw value is the config's word (features.md 2.14).
package enum TypingMode: String, Sendable {
    case never
    /// As soon as the turn begins.
    case instant
    /// Once the model thinks or writes.
    case thinking
    /// Once there are words to be posted.
    case message
}

/// Shows in one chat that an answer is being written, until it has come.
@MainActor
final class TypingKeeper {
    /// What the model does.
    enum Sign {
        case thinking, text
    }

    /// Where it is to be seen; nil while the account does not run.
    typealias Place = (address: Address, channel: any TypingIndicating)

    private let place: () -> Place?
    private let mode: TypingMode
    private let clock: any Clock<Duration>
    private let begin = Gate()
    private let end = Gate()

    /// A turn that takes longer is not about to answer.
    private static let longest: Duration = .seconds(600)
    /// An account that does not run may be about to.
    private static let lookInterval: Duration = .seconds(1)

    init(at place: @escaping () -> Place?, mode: TypingMode, clock: any Clock<Duration>) {
        self.place = place
        self.mode = mode
        self.clock = clock
        if mode == .instant { begin.open() }
    }

    func heard(_ sign: Sign) {
        if sign == .text || mode == .thinking { begin.open() }
    }

    func stop() {
        end.open()
        begin.open()
    }

    func run() async {
        await begin.wait()
        let deadline = ContinuousClock.now + Self.longest
        while !end.isOpen, !Task.isCancelled, ContinuousClock.now < deadline {
            let pause = await show()
            await end.wait(atMost: pause, on: clock)
        }
    }

    /// Returns when it has to be shown again.
    private func show() async -> Duration {
        guard let place = place() else { return Self.lookInterval }
        await place.channel.showTyping(at: place.address)
        return place.channel.typingLasts * 0.75
    }
}
