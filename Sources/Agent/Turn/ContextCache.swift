import Core
import Store

/// Keeps the conversations that are going on, so that a turn need not read and parse again what it wrote last time.
///
/// The store stays the truth: what is kept counts only while it ends where the transcript does.
@MainActor
final class ContextCache {
    private struct Kept {
        var tail: TranscriptTail
        /// The budget that `tail` was read with, when it leaves older messages out.
        var maxBytes = 0
        var lastUse = 0
    }

    private var kept: [SessionID: Kept] = [:]
    private var uses = 0
    private var weight = 0
    private let deadlines: Deadlines
    private var watch: Int?

    /// JSON of all kept conversations: a few dozen usual ones.
    private static let mostBytes = 1 << 20
    /// A longer conversation costs its model far more time than reading it costs us.
    private static let mostBytesOfOne = 256 << 10
    /// Seconds without a turn after which everything is let go.
    private static let patienceSeconds = 60

    init(deadlines: Deadlines) { self.deadlines = deadlines }

    /// The conversation as `transcript` has it; nil when it must be read.
    func tail(of session: SessionID, _ transcript: TranscriptStatistics, maxBytes: Int) -> TranscriptTail? {
        guard let entry = kept[session], entry.tail.matches(transcript),
            !entry.tail.isCut || maxBytes <= entry.maxBytes
        else { return nil }
        return entry.tail
    }

    /// Keeps what was read.
    func keep(_ tail: TranscriptTail, of session: SessionID, maxBytes: Int) {
        _ = take(session)
        put(Kept(tail: tail, maxBytes: maxBytes), of: session)
    }

    /// Follows what was stored; a conversation that begins is kept from its first message on.
    func append(_ messages: [Message], at positions: [StoredPosition], to session: SessionID) {
        guard let first = positions.first(where: \.isNew) else { return }
        // Taken out, so that it grows in place and is not copied.
        guard var entry = take(session) ?? (first.sequence == 1 ? Kept(tail: TranscriptTail()) : nil) else {
            return
        }
        for (message, position) in zip(messages, positions) where position.isNew {
            guard entry.tail.append(message, at: position) else { return }
        }
        put(entry, of: session)
    }

    private func put(_ entry: Kept, of session: SessionID) {
        guard entry.tail.weight <= Self.mostBytesOfOne else { return }
        uses += 1
        var entry = entry
        entry.lastUse = uses
        kept[session] = entry
        weight += entry.tail.weight
        makeRoom()
        letGoLater()
    }

    private func take(_ session: SessionID) -> Kept? {
        let entry = kept.removeValue(forKey: session)
        weight -= entry?.tail.weight ?? 0
        return entry
    }

    private func makeRoom() {
        while weight > Self.mostBytes, let oldest = kept.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            _ = take(oldest.key)
        }
    }

    /// Looks once a minute, and only while something is kept.
    private func letGoLater() {
        guard watch == nil else { return }
        let seen = uses
        watch = deadlines.watch(seconds: Self.patienceSeconds) { [weak self] in
            guard let self else { return }
            watch = nil
            guard uses == seen else { return letGoLater() }
            letGo()
        }
    }

    /// Keeps nothing; the next turns read again.
    func letGo() {
        kept = [:]
        weight = 0
    }
}
