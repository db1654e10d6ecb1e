import Core

/// What an import has taken over.
package struct ImportReport: Sendable, Hashable {
    /// The files and databases that were read, relative to the state directory.
    package var sources: [String] = []
    package var sessions = 0
    /// Of `sessions`, those that did not get their key, because another conversation has it here.
    package var movedSessions = 0
    /// Those that were here already, from an import that did not come to its end.
    package var knownSessions = 0
    package var messages = 0
    package var devices = 0
    package var pairingRequests = 0
    package var allowedSenders = 0
    package var cronJobs = 0
    package var cronRuns = 0
    /// The content of `exec-approvals.json`, where the original has it in its database.
    package var approvals: String?
    /// Lines or rows that could not be read.
    package var skippedLines = 0
    /// What came otherwise than it was, in words.
    package var problems: [String] = []
    /// Places in the state directory that could not be read, and may be the next time; also those that wait for them.
    var unread: Set<String> = []
    /// Those that can only be read once they are mended.
    var broken: Set<String> = []
    private var toldFailures: [String] = []
    private var untoldFailures = 0

    /// Each key that a source had a session for.
    var sessionKeys: Set<SessionKey> = []
    var transcriptIDs: Set<SessionID> = []
    /// Transcripts that were here before their source was read.
    var knownIDs: Set<SessionID> = []
    /// Of `knownIDs`, those that got more messages.
    var continuedIDs: Set<SessionID> = []
    /// Those that were taken over before and have been deleted here.
    var goneIDs: Set<SessionID> = []
    /// Those that went on both there and here, by the place of what there is.
    var diverged: [String: SessionID] = [:]
    /// Whether an earlier run has been through everything: what is here already is no news.
    package var isAgain = false

    package var transcripts: Int { transcriptIDs.count }
    /// Those that were here already, from an import that did not come to its end.
    package var knownTranscripts: Int { knownIDs.subtracting(transcriptIDs).count }

    /// Names in a sentence, the first few of them.
    static func list(_ names: [String]) -> String {
        let shown = names.sorted().prefix(mostNames).map { "`\($0.singleLine)`" }.joined(separator: ", ")
        return names.count > mostNames ? shown + " and \(names.count - mostNames) more" : shown
    }

    private static let mostNames = 20

    /// Whether a place, or what it lies in, could not be read.
    func isOpen(_ place: String) -> Bool {
        unread.union(broken).contains { RealPath.isInside(place, $0) }
    }

    /// Sentences kept; a broken disk would make thousands.
    private static let mostProblems = 20

    /// What could not be read, a sentence each with what mends it.
    package var failures: [String] {
        toldFailures + (untoldFailures > 0 ? ["\(untoldFailures) more parts were left out"] : [])
    }

    /// Whether everything that is there was read.
    package var isWhole: Bool { unread.isEmpty && broken.isEmpty }

    /// The counts by kind, without those that are 0.
    package var counts: [(name: String, count: Int)] {
        [
            ("sessions", sessions), ("transcripts", transcripts),
            ("transcripts that went on", continuedIDs.count), ("messages", messages),
            ("devices", devices),
            ("pairing requests", pairingRequests), ("allowed senders", allowedSenders),
            ("cron jobs", cronJobs),
            ("cron runs", cronRuns), ("skipped lines", skippedLines),
            ("sessions under another key", movedSessions),
            ("sessions that were here already", isAgain ? 0 : knownSessions),
            ("transcripts that were here already", isAgain ? 0 : knownTranscripts),
            ("transcripts that you have deleted and that stay away", goneIDs.count),
        ].filter { $0.count > 0 }
    }

    /// `34 sessions, 262 messages, 13 devices`.
    package var summary: String {
        counts.isEmpty
            ? isAgain ? "nothing new" : "nothing"
            : counts.map { "\($0.count) \($0.name)" }.joined(separator: ", ")
    }

    mutating func add(problem: String) {
        if problems.count < Self.mostProblems { problems.append(problem) }
    }

    /// One place that could not be read; several may share a reason, such as their folder.
    mutating func miss(_ place: String, _ problem: ImportProblem) { miss([place], problem) }

    mutating func miss(_ places: Set<String>, _ problem: ImportProblem) {
        if problem.mayPass { unread.formUnion(places) } else { broken.formUnion(places) }
        add(failure: problem.text)
    }

    /// Something that is lost though its place was read.
    mutating func add(failure: String) {
        guard !toldFailures.contains(failure) else { return }
        if toldFailures.count < Self.mostProblems {
            toldFailures.append(failure)
        } else {
            untoldFailures += 1
        }
    }

    /// What became of a session that a source has.
    mutating func add(_ taken: SessionIntake.Taken, of key: SessionKey) {
        sessionKeys.insert(key)
        switch taken {
        case .new: sessions += 1
        case .known: knownSessions += 1
        case .moved(let place):
            sessions += 1
            movedSessions += 1
            add(problem: "`\(key)` is in use here, so the conversation from there is `\(place)`.")
        case .empty: break
        }
    }

    mutating func add(_ other: ImportReport) {
        sources += other.sources
        sessions += other.sessions
        movedSessions += other.movedSessions
        knownSessions += other.knownSessions
        sessionKeys.formUnion(other.sessionKeys)
        transcriptIDs.formUnion(other.transcriptIDs)
        knownIDs.formUnion(other.knownIDs)
        continuedIDs.formUnion(other.continuedIDs)
        goneIDs.formUnion(other.goneIDs)
        diverged.merge(other.diverged) { first, _ in first }
        messages += other.messages
        devices += other.devices
        pairingRequests += other.pairingRequests
        allowedSenders += other.allowedSenders
        cronJobs += other.cronJobs
        cronRuns += other.cronRuns
        approvals = approvals ?? other.approvals
        skippedLines += other.skippedLines
        for problem in other.problems { add(problem: problem) }
        unread.formUnion(other.unread)
        broken.formUnion(other.broken)
        for failure in other.toldFailures { add(failure: failure) }
        untoldFailures += other.untoldFailures
    }
}
