import Core

/// Takes updates, each conversation's in order and conversations side by side; one that is slow holds up no other.
@MainActor
final class TelegramLanes {
    private let take: (TelegramUpdate) async throws(InboxError) -> Void
    private let takeStop: (TelegramUpdate) async -> Void
    private let pool = TaskPool()
    private var waiting: [TelegramPlace: [TelegramUpdate]] = [:]
    private var begun: Set<Int> = []
    /// Updates that somebody waits for.
    private var awaited: Set<Int> = []
    private var areTaken = Gate()
    /// Updates that are on disk.
    private(set) var taken: Set<Int> = []
    /// Why the last update that could not be kept was not: it, and what came after it there, has to come again.
    private var refusal: InboxError?

    /// `takeStop` is called with each update that waits behind one that could not be taken.
    init(
        take: @escaping (TelegramUpdate) async throws(InboxError) -> Void,
        takeStop: @escaping (TelegramUpdate) async -> Void
    ) {
        self.take = take
        self.takeStop = takeStop
    }

    /// Works until cancelled.
    func run() async { await pool.run() }

    /// Updates that are being taken, or have been, are passed over.
    func add(_ updates: [TelegramUpdate]) {
        for update in updates where !taken.contains(update.id) && begun.insert(update.id).inserted {
            let place = update.event.place
            if waiting[place] == nil { pool.add { await self.work(through: place) } }
            waiting[place, default: []].append(update)
        }
    }

    /// Returns when these are taken, or after `patience`; throws when something could not be kept meanwhile.
    func wait(for updates: [TelegramUpdate], atMost patience: Duration) async throws(InboxError) {
        awaited = begun.intersection(updates.map(\.id))
        if !awaited.isEmpty {
            areTaken = Gate()
            await areTaken.wait(atMost: patience, on: ContinuousClock())
        }
        defer { refusal = nil }
        if let refusal { throw refusal }
    }

    /// Whether an update is still being taken.
    var isBusy: Bool { !begun.isEmpty }

    /// Forgets those before `next`, which are confirmed, except `some`.
    func forget(before next: Int, except some: [TelegramUpdate]) {
        taken = taken.filter { id in id >= next || some.contains { $0.id == id } }
    }

    private func work(through place: TelegramPlace) async {
        while let update = waiting[place]?.first {
            do throws(InboxError) {
                try await take(update)
            } catch {
                refusal = error
                // It may be a stop word itself, behind pieces that could not be kept.
                for update in waiting[place] ?? [] { await takeStop(update) }
                begun.subtract(waiting[place]?.map(\.id) ?? [])
                areTaken.open()
                break
            }
            taken.insert(update.id)
            begun.remove(update.id)
            awaited.remove(update.id)
            if awaited.isEmpty { areTaken.open() }
            waiting[place]?.removeFirst()
        }
        waiting[place] = nil
    }
}

extension TelegramUpdate.Event {
    /// The conversation it belongs to; a chat's first where no topic is told, and chat 0 for none.
    fileprivate var place: TelegramPlace {
        switch self {
        case .message(let message): message.place
        case .callback(let callback): callback.message?.place ?? TelegramPlace(chat: callback.from.id)
        case .reaction(let change): TelegramPlace(chat: change.chat.id)
        case .membership(let change): TelegramPlace(chat: change.chat.id)
        case .vote, .other: TelegramPlace(chat: 0)
        }
    }
}
