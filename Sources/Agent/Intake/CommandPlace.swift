import Core

/// A command's place among those of its session: it may overtake turns, but no other command.
///
/// The next may begin when this one has ended, or is let go without having begun.
final class CommandPlace: Sendable {
    private let before: Gate?
    private let isOver = Gate()

    init(behind other: CommandPlace.End?) { before = other?.gate }

    deinit { isOver.open() }

    /// Returns when the commands before it have ended.
    func begin() async { await before?.wait() }

    func end() { isOver.open() }

    /// What the next command waits for.
    struct End: Sendable {
        fileprivate let gate: Gate
        var hasCome: Bool { gate.isOpen }
    }

    var ending: End { End(gate: isOver) }
}
