import Core

/// What an operator may do, as the names a connection was granted.
struct Scopes: Sendable, Hashable {
    /// As granted and as shown to the client; unknown names are kept and mean nothing.
    let names: [String]
    private let known: Known

    private struct Known: OptionSet, Hashable, Sendable {
        let rawValue: UInt8
        static let admin = Known(rawValue: 1)
        static let read = Known(rawValue: 2)
        static let write = Known(rawValue: 4)
        static let approvals = Known(rawValue: 8)
        static let pairing = Known(rawValue: 16)
    }

    init(_ names: [String]) {
        self.names = names
        known = names.reduce(into: []) { known, name in
            switch Scope(rawValue: name) {
            case .admin: known.formUnion([.admin, .read, .write, .approvals, .pairing])
            case .write: known.formUnion([.write, .read])
            case .read: known.insert(.read)
            case .approvals: known.insert(.approvals)
            case .pairing: known.insert(.pairing)
            case Scope.none?, nil: break
            }
        }
    }

    /// Everything an owner's browser needs, in the order clients list them.
    static let owner = Scopes([
        Scope.admin.rawValue, Scope.read.rawValue, Scope.write.rawValue, Scope.approvals.rawValue,
        Scope.pairing.rawValue,
    ])

    func allow(_ scope: Scope) -> Bool {
        switch scope {
        case .none: true
        case .admin: known.contains(.admin)
        case .read: known.contains(.read)
        case .write: known.contains(.write)
        case .approvals: known.contains(.approvals)
        case .pairing: known.contains(.pairing)
        }
    }

    /// Whether every name of `requested` is here, or covered by a wider one.
    func cover(_ requested: [String]) -> Bool {
        requested.allSatisfy { name in
            names.contains(name) || known.contains(.admin) || Scope(rawValue: name).map(allow) ?? false
        }
    }
}

/// What a method or an event asks for.
enum Scope: String, Sendable {
    case none = ""
    case admin = "operator.admin"
    case read = "operator.read"
    case write = "operator.write"
    case approvals = "operator.approvals"
    case pairing = "operator.pairing"

    /// The refusal, in the words and the code of the client's generation.
    func missing(in generation: Generation) -> RPCError {
        let message = "missing scope: \(rawValue)"
        guard generation == .four else { return .invalid(message) }
        return RPCError(
            .forbidden, message,
            details: [
                "code": "MISSING_SCOPE", "missingScope": .string(rawValue),
                "requiredScopes": [.string(rawValue)],
            ])
    }
}
