/// An agent's id from `agents.list[].id`: `[a-z0-9][a-z0-9_-]{0,63}`, lower case.
package struct AgentID: StringID {
    package let rawValue: String
    package init(_ rawValue: String) { self.rawValue = rawValue }

    package static let main = AgentID("main")
}

/// The transcript a session key points at now; a reset gives the key a new one.
package struct SessionID: StringID {
    package let rawValue: String
    package init(_ rawValue: String) { self.rawValue = rawValue }
}

/// One turn. For turns that a client started it is the client's idempotency key.
package struct RunID: StringID {
    package let rawValue: String
    package init(_ rawValue: String) { self.rawValue = rawValue }
}

/// A platform's own id for a message; only the channel that made it can read it.
package struct MessageID: StringID {
    package let rawValue: String
    package init(_ rawValue: String) { self.rawValue = rawValue }
}

/// A chat platform's name as it stands in the config file: `discord`, `telegram`, `webchat`.
package struct ChannelID: StringID {
    package let rawValue: String
    package init(_ rawValue: String) { self.rawValue = rawValue }

    package static let webchat = ChannelID("webchat")
}
