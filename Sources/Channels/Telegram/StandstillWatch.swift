import Core

/// Notices that the process has stood still, as on a machine that was suspended.
///
/// Of a virtual machine only the clock of the day may tell, which is set right afterwards.
@MainActor
final class StandstillWatch {
    private static let interval = Duration.seconds(4)
    /// Another gateway that takes over has waited longer.
    private static let least = PollRivalry.timeToTake - interval

    private var seen = 0
    private var last = (ticks: ContinuousClock.now, day: Timestamp.now)

    /// Watches until cancelled.
    func run() async {
        while !Task.isCancelled {
            _ = count()
            // Cancelled: the loop's condition sees it.
            try? await Task.sleep(for: Self.interval)
        }
    }

    /// How often the process has stood still.
    func count() -> Int {
        let now = (ticks: ContinuousClock.now, day: Timestamp.now)
        if max(last.ticks.duration(to: now.ticks), now.day - last.day) >= Self.least { seen += 1 }
        last = now
        return seen
    }
}
