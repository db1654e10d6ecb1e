import Core

/// Shows something of an answer before it is whole.
@MainActor
protocol EarlyReply: AnyObject {
    /// Whether people may see words of the part that is being written.
    var isSeen: Bool { get }
    /// Where the message that is being written has been cut into parts already.
    var blocks: BlockStops { get }
    /// Whether people see exactly this as the part.
    func isShown(_ content: OutgoingPart.Content, as part: Int) -> Bool
    /// Something has happened in the turn.
    func hear(_ event: TurnEvent.Kind)
    /// The message is whole, and its parts go to the outbox; `next` is the part after them.
    func close(next: Int)
    /// The turn is over.
    func end()
    /// Shows what there is, as often as the platform allows, until the turn is over or the task cancelled.
    func run() async
}
