import Core

/// Decides whether a client may come in, from facts alone: the list of contract §2.5, top to bottom.
struct Handshake {
    let params: ConnectParams
    let generation: Generation
    let challenge: Challenge
    let place: ClientPlace
    let origin: OriginRule.Verdict
    let access: AccessSettings
    /// What is stored about the device the client names.
    let known: KnownDevice?
    /// How long this address is locked out.
    let lockout: Duration?
    let now: Timestamp

    enum Outcome {
        case refused(Refusal)
        case accepted(Acceptance)
        /// An owner must approve the device first.
        case pairing(PairingNeed)
    }

    func decide() -> Outcome {
        do throws(Refusal) {
            try checkRole()
            try checkPlace()
            try checkOrigin()
            if let lockout { throw .tooManyLogins(wait: lockout, for: generation) }
            try checkDeviceIsGiven()
            let key = try verifyDevice()
            let login = try authenticate(isVerified: key != nil)
            guard let device = params.device, let key else { return .accepted(withoutDevice(login)) }
            return admit(device, key: key, login: login)
        } catch {
            return .refused(error)
        }
    }

    private func checkRole() throws(Refusal) {
        guard params.role == "operator" || params.role == "node" else { throw .invalid("invalid role") }
    }

    /// Without a secret, who comes through a proxy from elsewhere could be anybody.
    private func checkPlace() throws(Refusal) {
        guard access.auth.asksForSecret || place.isOnThisMachine else {
            throw refusal(.tokenNotConfigured, isVerified: false)
        }
    }

    /// A page could call itself anything, and any visitor's browser would carry it here.
    private func checkOrigin() throws(Refusal) {
        if origin == .foreign { throw .foreignOrigin(for: generation) }
    }

    private func checkDeviceIsGiven() throws(Refusal) {
        if params.device != nil && !ignoresDevice { return }
        if params.client.isControlUI {
            guard origin == .own || access.letsPagesInWithoutDevice else {
                throw .controlUINeedsDevice(for: generation)
            }
            return
        }
        if generation == .four && params.role == "node" { throw .needsDevice(for: generation) }
        let gaveSecret = params.auth.hasToken || generation == .four && params.auth.hasPassword
        guard gaveSecret || sharedFailure == nil else { throw .needsDevice(for: generation) }
    }

    private var ignoresDevice: Bool { access.disablesDeviceAuth && params.client.isControlUI }

    /// The device's key, or nil when the client has none.
    private func verifyDevice() throws(Refusal) -> [UInt8]? {
        guard let device = params.device, !ignoresDevice else { return nil }
        let identity = DeviceIdentity(
            params: params, generation: generation, challenge: challenge, now: now, isLocal: place.isLocal)
        do throws(DeviceIdentity.Failure) {
            return try identity.verify(device)
        } catch {
            throw .device(error, for: generation)
        }
    }

    private func authenticate(isVerified: Bool) throws(Refusal) -> Login {
        guard let failure = sharedFailure else { return Login(method: access.auth.mode.loginMethod) }
        do throws(LoginFailure) {
            if isVerified, try hasDeviceToken() { return Login(method: .deviceToken) }
            throw failure
        } catch {
            throw refusal(error, isVerified: isVerified)
        }
    }

    private func refusal(_ failure: LoginFailure, isVerified: Bool) -> Refusal {
        var refusal = failure.refusal(
            LoginFailure.Context(
                generation: generation, isControlUI: params.client.isControlUI,
                isWebchat: params.client.isWebchat, isCommandLine: params.client.isCommandLine,
                isLocal: place.isLocal, hasDevice: isVerified))
        refusal.isFailedLogin = refusal.isFailedLogin || gaveWrongSecret
        return refusal
    }

    /// Whether a secret was sent that is neither the gateway's nor the device's own token: a guess, even when something
    /// else lets the client in.
    var gaveWrongSecret: Bool {
        let sent = access.auth.mode == .password ? params.auth.password : params.auth.token
        guard let sent, !sent.isEmpty, sharedFailure != nil else { return false }
        return deviceToken?.matches(sent) != true
    }

    /// The token that lets the device in for its role.
    ///
    /// One that was given to whoever showed a secret goes with that secret.
    private var deviceToken: KnownDevice.Token? {
        guard let device = params.device, let token = known?.token(for: params.role),
            token.admittedBy == nil || token.admittedBy == access.auth.mark(for: device.id)
        else { return nil }
        return token
    }

    /// Whether the client sent a token that was given to this device for this role.
    private func hasDeviceToken() throws(LoginFailure) -> Bool {
        let sent = [params.auth.deviceToken, params.auth.token].compactMap { $0 }.filter { !$0.isEmpty }
        guard let token = deviceToken, sent.contains(where: token.matches) else {
            if params.auth.hasDeviceToken && !params.auth.hasToken { throw .deviceTokenMismatch }
            return false
        }
        if Scopes(token.scopes).cover(requestedScopes) { return true }
        if generation == .four { throw .scopeMismatch }
        return false
    }

    /// Why the shared secret is not enough; nil when it is.
    private var sharedFailure: LoginFailure? {
        let auth = params.auth
        let failure = access.auth.failure(token: auth.token, password: auth.password)
        return switch failure {
        case .tokenMissing where generation == .four && auth.hasPassword: .tokenMismatch
        case .passwordMissing where generation == .four && auth.hasToken: .passwordMismatch
        default: failure
        }
    }

    /// January's clients that ask for nothing get everything; today's get nothing.
    private var requestedScopes: [String] {
        let isGenerous = generation == .three && params.role == "operator" && params.scopes.isEmpty
        return isGenerous ? [Scope.admin.rawValue] : params.scopes
    }

    private func withoutDevice(_ login: Login) -> Acceptance {
        Acceptance(
            generation: generation, role: params.role, scopes: scopesWithoutDevice, method: login.method,
            device: .none)
    }

    private var scopesWithoutDevice: [String] {
        let isOwnPage = params.client.isControlUI && (origin == .own || access.letsPagesInWithoutDevice)
        if isOwnPage { return params.scopes.isEmpty ? Scopes.owner.names : params.scopes }
        if generation == .three { return requestedScopes }
        let keepsScopes = place.isDirectLoopback && !params.client.isWebchat && !params.client.isProbe
        return keepsScopes ? params.scopes : []
    }

    private func admit(_ device: ConnectParams.Device, key: [UInt8], login: Login) -> Outcome {
        var acceptance = Acceptance(
            generation: generation, role: params.role, scopes: requestedScopes, method: login.method,
            device: .known,
            admittedBy: login.method == .deviceToken ? nil : access.auth.mark(for: device.id))
        guard let reason = pairingReason(key: key) else { return .accepted(acceptance) }
        let isVouchedFor = login.method != .deviceToken && isOwnPageOrCommandLine
        if place.isLocal || isVouchedFor || access.letsPagesInWithoutDevice && params.client.isControlUI {
            acceptance.device = .approve
            return .accepted(acceptance)
        }
        return .pairing(PairingNeed(reason: reason, scopes: requestedScopes, known: known))
    }

    /// Who brings the secret that its owner has typed or written down. A page of somebody else's could call itself anything.
    private var isOwnPageOrCommandLine: Bool {
        params.client.isControlUI && origin == .own || params.client.isCommandLine && origin == .absent
    }

    /// What the device lacks; nil when it may do all it asks for.
    private func pairingReason(key: [UInt8]) -> PairingNeed.Reason? {
        guard let known, known.publicKey == key else { return .notPaired }
        if !known.roles.contains(params.role) { return .roleUpgrade }
        return Scopes(known.scopes).cover(requestedScopes) ? nil : .scopeUpgrade
    }
}

extension Handshake {
    private struct Login {
        var method: Acceptance.Method
    }
}

extension Handshake {
    /// Reads `connect`'s params: first their shape, then the generation.
    static func read(_ params: JSON) throws(Refusal) -> (ConnectParams, Generation) {
        let least = params["minProtocol"]?.intValue
        let most = params["maxProtocol"]?.intValue
        let generation = least.flatMap { least in most.flatMap { Generation.highest(from: least, to: $0) } }
        // Who asks for no generation of ours is told so in the words of the nearest one.
        let spoken = generation ?? (most.map { $0 <= 3 } == true ? .three : .four)
        let violations = ConnectSchema.of(spoken).violations(in: params, generation: spoken)
        guard violations.isEmpty else {
            throw .invalid("invalid connect params: \(violations.joined(separator: "; "))")
        }
        guard let generation else { throw .protocolMismatch(least: least ?? 0, most: most ?? 0) }
        return (ConnectParams(params), generation)
    }
}

/// A client that is let in.
struct Acceptance: Sendable {
    enum Method: String, Sendable {
        case none, token, password
        case deviceToken = "device-token"
    }

    /// What is to be done about the client's device before it is greeted.
    enum DeviceStep: Sendable {
        case none
        case known
        /// Record it as paired, with all it asks for.
        case approve
    }

    var generation: Generation
    var role: String
    var scopes: [String]
    var method: Method
    var device: DeviceStep
    /// The mark of the secret that the device's client showed; nil: it showed a token of the device.
    var admittedBy: String?
}

extension SharedAuth.Mode {
    var loginMethod: Acceptance.Method {
        switch self {
        case .none: .none
        case .token: .token
        case .password: .password
        }
    }
}

/// A device that an owner must approve.
struct PairingNeed: Sendable {
    /// The raw value stands in the refusal's details.
    enum Reason: String, Sendable {
        case notPaired = "not-paired"
        case roleUpgrade = "role-upgrade"
        case scopeUpgrade = "scope-upgrade"
    }

    var reason: Reason
    var scopes: [String]
    var known: KnownDevice?

    func refusal(requestID: String, params: ConnectParams, generation: Generation) -> Refusal {
        guard generation == .four else {
            return Refusal(
                RPCError(.notPaired, "pairing required", details: ["requestId": .string(requestID)]))
        }
        let message = "pairing required: \(requirement)"
        var details: JSONObject = [
            "code": "PAIRING_REQUIRED", "reason": .string(reason.rawValue), "requestId": .string(requestID),
            "remediationHint": .string(hint), "requestedRole": .string(params.role),
            "requestedScopes": JSON(scopes),
        ]
        details["deviceId"] = params.device.map { .string($0.id) }
        details["approvedRoles"] = known.map { JSON($0.roles) }
        details["approvedScopes"] = known.map { JSON($0.scopes) }
        return Refusal(
            RPCError(.notPaired, message, details: .object(details)),
            closeReason: "\(message) (requestId: \(requestID))")
    }

    private var requirement: String {
        switch reason {
        case .notPaired: "device is not approved yet"
        case .roleUpgrade: "device is asking for a higher role than currently approved"
        case .scopeUpgrade: "device is asking for more scopes than currently approved"
        }
    }

    private var hint: String {
        switch reason {
        case .notPaired: "Approve this device from the pending pairing requests."
        case .roleUpgrade: "Review the requested role, then approve the pending upgrade."
        case .scopeUpgrade: "Review the requested scopes, then approve the pending upgrade."
        }
    }
}

/// What is stored about a paired device, as far as a login needs it.
struct KnownDevice: Sendable, Equatable {
    var publicKey: [UInt8]
    var roles: [String]
    var scopes: [String]
    var tokens: [String: Token]

    struct Token: Sendable, Equatable {
        var secret: Secret
        var scopes: [String]
        var isRevoked: Bool
        /// The mark of the secret that was shown for it; nil: an owner has approved it.
        var admittedBy: String?

        func matches(_ text: String) -> Bool { !isRevoked && secret.matches(text) }
    }

    func token(for role: String) -> Token? { tokens[role] }
}
