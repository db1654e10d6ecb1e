/// Ends a transfer that stays silent or takes too long.
///
/// A byte costs one look at the clock, not a new timer.
@MainActor
final class TransferDeadlines {
    private weak var transfer: Transfer?
    private let idle: Duration
    private var lastByte = ContinuousClock.now
    private var lastSent: Int64 = 0
    private var idleTimer: LoopEvent?
    private var totalTimer: LoopEvent?

    init(for transfer: Transfer, idle: Duration, total: Duration?) {
        self.transfer = transfer
        self.idle = idle
        waitForSilence(idle)
        totalTimer = total.map { total in
            LoopEvent.after(total) { [weak transfer] in
                guard let transfer else { return }
                transfer.close(because: .timedOut("`\(transfer.host)` did not finish within \(total.text)."))
            }
        }
    }

    func sawByte() { lastByte = .now }

    private func waitForSilence(_ delay: Duration) {
        idleTimer = .after(delay) { [weak self] in self?.checkSilence() }
    }

    private func checkSilence() {
        guard let transfer else { return }
        if transfer.isHeldBack || transfer.sentBytes != lastSent {
            lastSent = transfer.sentBytes
            sawByte()
        }
        let left = idle - lastByte.duration(to: .now)
        guard left <= .zero else { return waitForSilence(left) }
        transfer.close(because: .timedOut("`\(transfer.host)` sent nothing for \(idle.text)."))
    }
}
