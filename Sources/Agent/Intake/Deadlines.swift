import Core

/// Ends what takes too long: one tick a second while anything is watched, none while nothing is.
///
/// One clock for all and no sleep a run: a cancelled sleep stays in the loop's heap until its time has come.
@MainActor
final class Deadlines {
    private struct Watched {
        var secondsLeft: Int
        var isHeld: @MainActor () -> Bool
        var expire: @MainActor () -> Void
    }

    private var watched: [Int: Watched] = [:]
    private var nextID = 0
    private var bell = Gate()

    /// Calls `expire` after `seconds`, rounded up to a tick, unless it is cancelled before.
    ///
    /// Time in which `isHeld` does not count.
    func watch(
        seconds: Int, isHeld: @escaping @MainActor () -> Bool = { false },
        expire: @escaping @MainActor () -> Void
    ) -> Int {
        nextID += 1
        watched[nextID] = Watched(secondsLeft: max(seconds, 1), isHeld: isHeld, expire: expire)
        bell.open()
        return nextID
    }

    func cancel(_ id: Int) { watched[id] = nil }

    func run(on clock: any Clock<Duration>) async {
        while !Task.isCancelled {
            if watched.isEmpty {
                bell = Gate()
                await bell.wait()
            } else {
                // Cancelled: the loop's condition sees it.
                try? await clock.sleep(for: .seconds(1))
                if !Task.isCancelled { tick() }
            }
        }
    }

    private func tick() {
        var expired: [Int] = []
        for id in watched.keys where watched[id]?.isHeld() == false {
            watched[id]?.secondsLeft -= 1
            if let left = watched[id]?.secondsLeft, left <= 0 { expired.append(id) }
        }
        for id in expired { watched.removeValue(forKey: id)?.expire() }
    }
}
