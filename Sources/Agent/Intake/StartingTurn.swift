import Core

/// A turn or a command between the queue and its run: its message may have to be read from the disk first.
@MainActor
final class StartingTurn {
    var item: TurnQueue.Item
    /// Why its run ends as soon as it begins.
    private(set) var abortReason: AbortReason?
    /// Open when it is a run, or has come to nothing.
    let gone = Gate()
    /// What it has become; it may have ended since.
    var run: ActiveRun?

    init(_ item: TurnQueue.Item) { self.item = item }

    func stop(_ reason: AbortReason) { abortReason = abortReason ?? reason }
}
