import Core

/// Where the rows of the original's `transcript_events` are, one conversation after another.
///
/// It comes from the table itself, so that an index that lacks some loses none.
struct TranscriptOrder: Sendable {
    struct Place: Sendable {
        var session: Int
        var sequence: Int64
        var row: Int64
    }

    private(set) var sessions: [String] = []
    private(set) var places: [Place] = []
    /// What is wrong with the table, where damaged ones are taken.
    let complaint: String?
    /// Those of which an index knows more than can be read.
    private(set) var cut: Set<SessionID> = []

    init(of source: ForeignDatabase) throws {
        complaint = try source.complaint(about: "transcript_events")
        var numbers: [String: Int] = [:]
        try source.each(of: "transcript_events", "rowid, session_id, seq") { row in
            let session = row.text(1)
            let number = numbers[session] ?? sessions.count
            if number == sessions.count {
                numbers[session] = number
                sessions.append(session)
            }
            places.append(Place(session: number, sequence: row.int64(2), row: row.int64(0)))
        }
        places.sort { ($0.session, $0.sequence) < ($1.session, $1.sequence) }
        if complaint != nil { cut = missing(in: source) }
    }

    /// By the index of its key, as far as that can be read.
    private func missing(in source: ForeignDatabase) -> Set<SessionID> {
        let found = Set(places.map(\.row))
        var missing: Set<SessionID> = []
        try? source.each("SELECT session_id, rowid FROM transcript_events ORDER BY session_id, seq") { row in
            if !found.contains(row.int64(1)) { missing.insert(row.id(0)) }
            return true
        }
        return missing
    }
}
