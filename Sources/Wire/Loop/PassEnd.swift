/// Something that has work left for the end of the loop's pass.
@MainActor
protocol PassEndWork: AnyObject {
    func passEnded()
}

/// What is done once after everything that one pass of the loop brought, before the loop waits again.
///
/// Sockets write here: ten answers or events of one pass leave in one system call.
@MainActor
enum PassEnd {
    private static var waiting: [any PassEndWork] = []
    private static var running: [any PassEndWork] = []

    /// Calls `work` once at the end of this pass; the caller asks only once a pass.
    static func add(_ work: any PassEndWork) { waiting.append(work) }

    /// Does what is left; false when that has led to more, for the end of a pass that must not be waited for.
    static func run() -> Bool {
        guard !waiting.isEmpty else { return true }
        swap(&waiting, &running)
        for work in running { work.passEnded() }
        running.removeAll(keepingCapacity: running.capacity <= 1024)
        return waiting.isEmpty
    }
}
