/// Which transcript a message belongs to: `agent:<agent>:<rest>`, or `global` or `unknown` (contract §7.1).
package struct SessionKey: StringID {
    package let rawValue: String
    package init(_ rawValue: String) { self.rawValue = rawValue }

    package static let global = SessionKey("global")
    package static let unknown = SessionKey("unknown")

    /// The agent in `agent:<agent>:<rest>`, or nil for `global` and `unknown`.
    package var agent: AgentID? { parts.map { AgentID(String($0.agent)) } }

    /// What follows `agent:<agent>:`, or the whole key.
    package var rest: String { parts.map { String($0.rest) } ?? rawValue }

    /// Looked for in bytes: every message asks for it several times.
    private var parts: (agent: Substring, rest: Substring)? {
        guard rawValue.utf8.starts(with: "agent:".utf8) else { return nil }
        let names = rawValue.utf8.dropFirst("agent:".utf8.count)
        guard let colon = names.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        return (Substring(names[..<colon]), Substring(names[names.index(after: colon)...]))
    }
}

/// How the spellings that clients use become the one key a session is stored under.
package struct SessionKeyRules: Sendable {
    package var defaultAgent: AgentID = .main
    package var mainKey = "main"
    /// `session.scope: "global"`: every main session is the one session `global`.
    package var isGlobal = false

    package init(defaultAgent: AgentID = .main, mainKey: String = "main", isGlobal: Bool = false) {
        self.defaultAgent = defaultAgent
        self.mainKey = mainKey
        self.isGlobal = isGlobal
    }

    package var mainSession: SessionKey { mainSession(of: defaultAgent) }

    package func mainSession(of agent: AgentID) -> SessionKey {
        isGlobal ? .global : SessionKey("agent:\(agent):\(mainKey)")
    }

    /// The key a session is stored under, for any spelling a client may use.
    ///
    /// A spelling without an agent names a session of `owner`, or of the default agent.
    package func canonical(_ spelling: String, of owner: AgentID? = nil) -> SessionKey {
        let owner = owner ?? defaultAgent
        let text = spelling.lowercased()
        if text == "global" || text == "unknown" { return SessionKey(text) }
        if text.isEmpty || text == "main" || text == mainKey { return mainSession(of: owner) }
        let key = SessionKey(text)
        guard let agent = key.agent else { return SessionKey("agent:\(owner):\(text)") }
        return ["", "main", mainKey].contains(key.rest) ? mainSession(of: Self.normalized(agent)) : key
    }

    /// An agent id in lower case with every run of other characters as one `-`.
    package static func normalized(_ agent: AgentID) -> AgentID {
        var text = ""
        for character in agent.rawValue.lowercased() {
            let isAllowed =
                character.isASCII && (character.isLetter || character.isNumber || "_-".contains(character))
            if isAllowed { text.append(character) } else if text.last != "-" { text.append("-") }
        }
        while text.first == "-" || text.first == "_" { text.removeFirst() }
        return text.isEmpty ? .main : AgentID(String(text.prefix(64)))
    }
}
