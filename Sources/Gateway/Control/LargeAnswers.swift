import Core

/// Lets answers that may take megabytes be made one at a time, in the order they were asked for.
@MainActor
final class LargeAnswers {
    private var isBusy = false
    private var waiting: [Gate] = []

    func make(_ work: @MainActor () async -> Void) async {
        if isBusy {
            let turn = Gate()
            waiting.append(turn)
            // Also one that is cancelled: whoever leaves the line early would keep all behind it waiting.
            await turn.waitUntilOpen()
        }
        isBusy = true
        await work()
        if waiting.isEmpty { isBusy = false } else { waiting.removeFirst().open() }
    }
}
