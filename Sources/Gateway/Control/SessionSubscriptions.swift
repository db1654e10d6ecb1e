import Core

/// What a connection asked to be told about sessions (`sessions.subscribe`, `sessions.messages.subscribe`).
struct SessionSubscriptions {
    var wantsSessionChanges = false
    private var messages: Set<SessionKey> = []
    /// How the client spells the keys of the sessions it used.
    private var spellings: [SessionKey: String] = [:]

    func wantsMessages(of session: SessionKey) -> Bool { messages.contains(session) }

    mutating func addMessages(of session: SessionKey) {
        if messages.count < Self.mostSessions { messages.insert(session) }
    }

    mutating func removeMessages(of session: SessionKey) { messages.remove(session) }

    func spelling(of session: SessionKey) -> String { spellings[session] ?? session.rawValue }

    mutating func remember(_ spelling: String, of session: SessionKey) {
        if spelling == session.rawValue {
            spellings[session] = nil
        } else if spellings.count < Self.mostSessions || spellings[session] != nil {
            spellings[session] = spelling
        }
    }

    /// Sessions one client may follow; a person looks at a handful.
    private static let mostSessions = 64
}
