import Agent
import Core

/// Every method a client may call: name, scope, parameters and handler together.
@MainActor
struct MethodTable {
    /// Answers at once, without a task; nil hands the call to the other handler.
    typealias Fast = @MainActor (Call) throws(RPCError) -> Payload?
    typealias Slow = @MainActor (Call) async throws(RPCError) -> Payload

    typealias Preliminary = @Sendable (JSON, Generation) -> RPCError?

    struct Method {
        let name: String
        let scopes: (three: Scope, four: Scope)
        let params: ParamsSchema
        let fast: Fast?
        let slow: Slow?
        /// Its answer may take megabytes: such are made one at a time.
        let isLarge: Bool

        /// What is wrong before the params are looked at; nil: nothing.
        let preliminary: Preliminary?

        func scope(in generation: Generation) -> Scope { generation == .three ? scopes.three : scopes.four }

        func onlyReads(in generation: Generation) -> Bool {
            switch scope(in: generation) {
            case .none, .read: true
            default: false
            }
        }

        func check(_ params: JSON, _ generation: Generation) throws(RPCError) {
            if let error = preliminary?(params, generation) { throw error }
            let violations = self.params.violations(in: params, generation: generation)
            guard violations.isEmpty else {
                throw .invalid("invalid \(name) params: \(violations.joined(separator: "; "))")
            }
        }
    }

    private var methods: [String: Method] = [:]
    /// In the order they were added: what `features.methods` says.
    private(set) var names: [String] = []

    init() {}

    /// Adds a method that is answered at once.
    ///
    /// `before` is the scope January's clients need, where it was another.
    mutating func addFast(
        _ name: String, _ scope: Scope, before: Scope? = nil, _ params: ParamsSchema,
        _ handler: @escaping Fast
    ) {
        add(
            Method(
                name: name, scopes: (before ?? scope, scope), params: params, fast: handler, slow: nil,
                isLarge: false, preliminary: nil))
    }

    /// Adds a method that waits for something.
    ///
    /// `fast` may answer without a task when all is at hand.
    mutating func add(
        _ name: String, _ scope: Scope, before: Scope? = nil, _ params: ParamsSchema, fast: Fast? = nil,
        isLarge: Bool = false, preliminary: Preliminary? = nil, _ handler: @escaping Slow
    ) {
        add(
            Method(
                name: name, scopes: (before ?? scope, scope), params: params, fast: fast, slow: handler,
                isLarge: isLarge, preliminary: preliminary))
    }

    private mutating func add(_ method: Method) {
        precondition(methods[method.name] == nil, "RPC method '\(method.name)' is registered twice.")
        methods[method.name] = method
        names.append(method.name)
    }

    /// The method, if this client may call it.
    ///
    /// Who is no admin is not told which names exist.
    func method(
        _ name: String, role: String, scopes: Scopes, _ generation: Generation
    ) throws(RPCError) -> Method {
        guard role != "node" else { throw .invalid("unauthorized role: node") }
        let method = methods[name]
        if method == nil, Self.nodeMethods.contains(name) { throw .invalid("unauthorized role: operator") }
        let scope = method?.scope(in: generation) ?? .admin
        guard scopes.allow(scope) else { throw scope.missing(in: generation) }
        guard let method else { throw .invalid("unknown method: \(name.prefix(200))") }
        return method
    }

    /// What only nodes may call; there are none yet.
    private static let nodeMethods: Set<String> = ["node.invoke.result", "node.event", "skills.bins"]
}

/// Some methods that belong together; `register` is the one place that lists them.
@MainActor
protocol MethodGroup {
    func register(in table: inout MethodTable)
}

/// One request of one client.
@MainActor
struct Call {
    let id: String
    let method: String
    /// Checked against the method's schema; an empty object where the client sent none.
    let params: JSON
    let client: ControlConnection

    /// Answers before the handler returns; it then returns `.sent`, or answers once more as `agent` does.
    func answer(_ payload: Payload) {
        if let frame = OutgoingFrame.response(to: id, payload) { client.send(frame) }
    }

    /// The time a client gives a turn, within reason; zero is no limit of its own.
    func timeout(_ asked: Duration?) -> Duration? {
        asked.flatMap { $0 > .zero ? min($0, Self.longestTurn) : nil }
    }

    /// Longer than any turn may take; the client has gone by then.
    static let longestTurn: Duration = .seconds(48 * 3600)

    /// What comes of waiting; nil also when the client has left.
    func whileHere<Outcome: Sendable>(
        _ wait: @escaping @MainActor @Sendable () async -> Outcome?
    ) async -> Outcome? {
        await withTaskGroup(of: Outcome?.self) { group in
            group.addTask { await wait() }
            group.addTask { [gone = client.gone] in
                await gone.wait()
                return nil
            }
            let first = await group.next()
            group.cancelAll()
            return first ?? nil
        }
    }

    /// What a client may not do by a method it may not do by a command in a message either.
    func checkCommand(_ text: String, to switchboard: Switchboard) throws(RPCError) {
        guard let name = switchboard.commandName(of: text),
            let scope = Self.commandScopes[name], !client.scopes.allow(scope)
        else { return }
        throw scope.missing(in: generation)
    }

    private static let commandScopes: [String: Scope] = [
        "approve": .approvals, "new": .admin, "pairing": .pairing, "reset": .admin, "restart": .admin,
    ]

    /// The session of which the params give the key under `name`, and perhaps the agent.
    ///
    /// Remembers how this client spells it.
    func session(_ settings: GatewaySetup, as name: String = "sessionKey") throws(RPCError) -> SessionKey {
        let spelling = text(name) ?? ""
        let key = try settings.session(spelling, of: agent(settings))
        client.remember(spelling: spelling, of: key)
        return key
    }

    /// The agent that the params name as `agentId`.
    func agent(_ settings: GatewaySetup) throws(RPCError) -> AgentID? {
        guard let name = text("agentId"), !name.isEmpty else { return nil }
        let agent = SessionKeyRules.normalized(AgentID(name))
        guard settings.agent(agent) != nil else { throw .invalid("Unknown agent id \"\(name)\"") }
        return agent
    }

    var generation: Generation { client.generation }
    var connectionID: String { client.id }
    /// The first member `key` of the params that is text.
    func text(_ key: String) -> String? { params[key]?.stringValue }
}
