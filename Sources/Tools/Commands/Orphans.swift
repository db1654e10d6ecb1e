import CSystem
import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a command started and left behind, also in a session of its own (`setsid`, `nohup`, a daemon).
///
/// On Linux such processes become children of ours when the command ends, and are ended then; elsewhere only the
/// command's own session is.
@MainActor
package enum Orphans {
    /// The variable that tells the processes of one command from those of another that still runs.
    static let markName = "OPENCLAW_COMMAND"

    /// Begins the marks of a state directory's commands.
    private static var house = ""
    private static var running: [pid_t: String] = [:]
    private static var lastMark = 0
    private static var nextSweep: LoopEvent?
    private static let adopts: Bool = csystem_adopt_orphans() == 0

    /// Ended processes are gone after one or two; one that the kernel does not let go of is left to the next command.
    private static let mostSweeps = 20
    private static let pause: Duration = .milliseconds(50)

    /// Ends what commands of an earlier process, which was killed, still do: the model is told that they ended with it.
    ///
    /// For the only gateway on a state directory, before its first command.
    package static func endThoseOfEarlierProcess(stateDirectory: String) {
        // Another one may have the same path in a container, and this one several.
        var place = stat()
        guard stat(stateDirectory, &place) == 0 else { return }
        house = Digest.hex(Digest.sha1(Array("\(place.st_dev).\(place.st_ino)".utf8))).prefix(16) + "."
        let beginning = "\(markName)=\(house)"
        for _ in 0..<Self.mostSweeps {
            let table = ProcessTable.current()
            let spared = table.withAncestors(of: getpid())
            let left = table.entries.filter { process in
                guard !process.hasEnded, !spared.contains(process.id),
                    let variables = ProcessTable.environment(of: process.id)
                else { return false }
                return variables.contains { $0.hasPrefix(beginning) }
            }
            guard !left.isEmpty else { return }
            for process in table.withDescendants(left) { kill(process.id, SIGKILL) }
        }
    }

    /// To be called before the first command is started; a mark for its environment.
    static func newMark() -> String {
        _ = adopts
        lastMark += 1
        return "\(house)\(getpid()).\(lastMark)"
    }

    static func commandBegan(_ id: pid_t, mark: String) { running[id] = mark }

    static func commandEnded(_ id: pid_t) {
        running[id] = nil
        if adopts { sweep(Self.mostSweeps) }
    }

    private static func sweep(_ sweepsLeft: Int) {
        nextSweep = nil
        let table = ProcessTable.current()
        let orphans = table.children(of: getpid()).filter { running[$0.id] == nil }
        for orphan in orphans where orphan.hasEnded { waitpid(orphan.id, nil, WNOHANG) }
        let unwanted = orphans.filter { !$0.hasEnded && !belongsToRunningCommand($0.id) }
        for process in table.withDescendants(unwanted) { kill(process.id, SIGKILL) }
        guard !unwanted.isEmpty, sweepsLeft > 1 else { return }
        nextSweep = .after(pause) { sweep(sweepsLeft - 1) }
    }

    private static func belongsToRunningCommand(_ id: pid_t) -> Bool {
        guard !running.isEmpty, let variables = ProcessTable.environment(of: id) else { return false }
        return running.values.contains { variables.contains("\(markName)=\($0)") }
    }
}
