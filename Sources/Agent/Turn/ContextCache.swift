import Core
import Store

/// Keeps the conversations that are going on, so that a turn need not read and parse again what it wrote last time.
///
/// The store stays the truth: what is kept counts only while it ends where the transcript does.
@MainActor
final class ContextCache {
    /// An object, so that its tail grows in place.
    private final class Kept {
        var tail: TranscriptTail
        /// The budget that `tail` was read with, when it leaves older messages out.
        let maxBytes: Int
        var lastUse = 0

        init(_ tail: TranscriptTail, maxBytes: Int = 0) {
            self.tail = tail
            self.maxBytes = maxBytes
        }
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
        drop(session)
        guard tail.byteCount <= Self.mostBytesOfOne else { return }
        let entry = Kept(tail, maxBytes: maxBytes)
        kept[session] = entry
        weight += tail.byteCount
        used(entry)
    }

    /// Follows what was stored; a conversation that begins is kept from its first message on.
    func append(
        _ messages: [Message], at positions: [StoredPosition], of run: RunID, to session: SessionID
    ) {
        guard let first = positions.first(where: \.isNew) else { return }
        if kept[session] == nil && first.sequence == 1 { kept[session] = Kept(TranscriptTail()) }
        guard let entry = kept[session] else { return }
        weight -= entry.tail.byteCount
        let isWhole = zip(messages, positions).allSatisfy { message, position in
            !position.isNew || entry.tail.append(message, at: position, of: run)
        }
        weight += entry.tail.byteCount
        if isWhole && entry.tail.byteCount <= Self.mostBytesOfOne { used(entry) } else { drop(session) }
    }

    private func used(_ entry: Kept) {
        uses += 1
        entry.lastUse = uses
        makeRoom()
        letGoLater()
    }

    private func drop(_ session: SessionID) {
        weight -= kept.removeValue(forKey: session)?.tail.byteCount ?? 0
    }

    private func makeRoom() {
        while weight > Self.mostBytes, let oldest = kept.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            drop(oldest.key)
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
