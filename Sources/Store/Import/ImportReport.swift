/// What an import has taken over.
package struct ImportReport: Sendable, Hashable {
    /// The files and databases that were read, relative to the state directory.
    package var sources: [String] = []
    package var sessions = 0
    package var transcripts = 0
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
    /// In words, for the log.
    package var problems: [String] = []

    /// Sentences kept; a broken disk would make thousands.
    private static let mostProblems = 20

    /// The counts by kind, without those that are 0.
    package var counts: [(name: String, count: Int)] {
        [
            ("sessions", sessions), ("transcripts", transcripts), ("messages", messages),
            ("devices", devices),
            ("pairing requests", pairingRequests), ("allowed senders", allowedSenders),
            ("cron jobs", cronJobs),
            ("cron runs", cronRuns), ("skipped lines", skippedLines),
        ].filter { $0.count > 0 }
    }

    /// `34 sessions, 262 messages, 13 devices`.
    package var summary: String {
        counts.isEmpty ? "nothing" : counts.map { "\($0.count) \($0.name)" }.joined(separator: ", ")
    }

    mutating func add(problem: String) {
        if problems.count < Self.mostProblems { problems.append(problem) }
    }

    mutating func add(_ other: ImportReport) {
        sources += other.sources
        sessions += other.sessions
        transcripts += other.transcripts
        messages += other.messages
        devices += other.devices
        pairingRequests += other.pairingRequests
        allowedSenders += other.allowedSenders
        cronJobs += other.cronJobs
        cronRuns += other.cronRuns
        approvals = approvals ?? other.approvals
        skippedLines += other.skippedLines
        for problem in other.problems { add(problem: problem) }
    }
}

/// Why one source could not be read; the import goes on with the next.
struct ImportProblem: Error {
    let text: String
}
