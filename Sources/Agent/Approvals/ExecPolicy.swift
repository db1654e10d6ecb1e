/// Which commands may run at all; the strictest comes first.
package enum ExecSecurity: String, Sendable, Comparable, CaseIterable {
    case deny
    /// Those whose every program is listed, or can only read its input.
    case allowlist
    case full

    package static func < (one: Self, other: Self) -> Bool { one.rank < other.rank }

    private var rank: Int {
        switch self {
        case .deny: 0
        case .allowlist: 1
        case .full: 2
        }
    }
}

/// When a person is asked first.
package enum ExecAsk: String, Sendable, Comparable, CaseIterable {
    case off
    /// Before a command that is not listed.
    case onMiss = "on-miss"
    case always

    package static func < (one: Self, other: Self) -> Bool { one.rank < other.rank }

    private var rank: Int {
        switch self {
        case .off: 0
        case .onMiss: 1
        case .always: 2
        }
    }
}

/// What one place says of commands; nil where it says nothing.
package struct ExecWish: Sendable, Hashable {
    package var security: ExecSecurity?
    package var ask: ExecAsk?

    package init(security: ExecSecurity? = nil, ask: ExecAsk? = nil) {
        self.security = security
        self.ask = ask
    }

    /// `tools.exec.mode`: both in one word. Nobody reviews in a person's place here, so `auto` asks.
    package init(mode: String?) {
        switch mode {
        case "deny": self.init(security: .deny)
        case "allowlist": self.init(security: .allowlist, ask: .off)
        case "ask", "auto": self.init(security: .allowlist, ask: .onMiss)
        case "full": self.init(security: .full, ask: .off)
        default: self.init()
        }
    }

    /// The stricter of both in everything.
    package func and(_ other: ExecWish) -> ExecWish {
        ExecWish(
            security: [security, other.security].compactMap(\.self).min(),
            ask: [ask, other.ask].compactMap(\.self).max())
    }
}

/// What holds for an agent's commands: the stricter of the config and the approvals file.
package struct ExecPolicy: Sendable, Hashable {
    package var security: ExecSecurity
    package var ask: ExecAsk
    /// What holds when a person is asked and nobody decides; never looser than `security`.
    package var fallback: ExecSecurity
    /// The agent's and everybody's.
    package var allowlist: [AllowedProgram]

    /// Where nothing is said every command runs, and one that an allowlist lacks is asked for.
    package init(_ wish: ExecWish, fallback: ExecSecurity? = nil, allowlist: [AllowedProgram] = []) {
        security = wish.security ?? .full
        ask = wish.ask ?? (security == .allowlist ? .onMiss : .off)
        self.fallback = min(fallback ?? .deny, security)
        self.allowlist = allowlist
    }
}
