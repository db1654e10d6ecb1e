import Core
import Store
import Wire

/// What a control connection needs of a socket; in tests a list that keeps what was sent.
@MainActor
protocol ClientSocket: AnyObject {
    func send(text: [UInt8])
    /// What may wait leaves within a few milliseconds, together with what comes after it.
    func send(text: SharedBytes, suffix: String, mayWait: Bool)
    func close(code: Int, reason: String)
    /// Ends the connection now, without what waits for the client.
    func abort()
    /// Hears nothing of the client until `resumeReading`.
    func pauseReading()
    func resumeReading()
    /// Bytes that wait because the client does not read.
    var bufferedBytes: Int { get }
    /// The client has logged in.
    var isKnown: Bool { get set }
    /// The largest message taken from now on.
    var maxMessageBytes: Int { get set }
}

extension WebSocket: ClientSocket {}

/// One WebSocket of one client: challenge, login, then requests and events until it closes.
@MainActor
final class ControlConnection {
    private enum State {
        case waiting
        /// The login waits for the database, and nothing more is read: nobody knows yet who it is.
        case deciding
        case open
        case closed
    }

    let id = randomUUID()
    let place: ClientPlace
    let origin: OriginRule.Verdict
    private(set) var generation = Generation.four
    private(set) var scopes = Scopes([])
    private(set) var role = "operator"
    private(set) var deviceID: String?
    private(set) var client: ConnectParams.Client?
    /// The client has the capability `tool-events`.
    private(set) var wantsToolEvents = false
    /// A person looks at it who can answer when a command waits for approval.
    private(set) var isApprovalClient = false
    var subscriptions = SessionSubscriptions()
    /// Where the broadcaster keeps it.
    var placeInList: Int?
    /// Opens when the client has left.
    let gone = Gate()

    private let plane: ControlPlane
    private let socket: any ClientSocket
    private let challenge = Challenge(nonce: randomUUID(), at: .now)
    private var state = State.waiting { didSet { if !isWaiting { plane.expectsLoginNoMore(of: self) } } }
    private var sequence = 0
    private var callsInFlight = 0
    private var unread = UnreadRules()
    private var presenceKey: String?

    init(plane: ControlPlane, socket: any ClientSocket, place: ClientPlace, origin: OriginRule.Verdict) {
        self.plane = plane
        self.socket = socket
        self.place = place
        self.origin = origin
    }

    var isWaiting: Bool {
        switch state {
        case .waiting, .deciding: true
        case .open, .closed: false
        }
    }

    var clientID: String { client?.id ?? "" }
    /// What people know it by.
    var clientName: String { client?.displayName ?? clientID }

    /// Speaks first.
    func opened() {
        socket.maxMessageBytes = Limits.maxBytesBeforeLogin
        socket.send(
            text: OutgoingFrame.unnumbered(
                event: "connect.challenge",
                payload: [
                    "nonce": .string(challenge.nonce), "ts": challenge.at.json,
                    "capabilities": ["model-catalog-snapshot"],
                ]))
        socket.pauseReading()
        plane.whenStarted { [weak socket] in socket?.resumeReading() }
    }

    /// Clients may send text or binary messages; both hold JSON text.
    func received(_ bytes: [UInt8]) {
        switch state {
        case .waiting:
            login(bytes)
        case .open:
            answer(bytes)
        case .deciding, .closed:
            break
        }
    }

    func closed() {
        gone.open()
        if case .closed = state { return }
        state = .closed
        _ = unread.takeFrames()
        plane.broadcaster.remove(self)
        if let presenceKey { plane.left(presenceKey) }
    }

    func close(code: Int, reason: String) {
        _ = unread.takeFrames()
        socket.close(code: code, reason: reason)
    }

    func send(_ frame: [UInt8]) {
        guard case .open = state else { return }
        socket.send(text: frame)
        guard unreadBytes > Limits.mostUnreadBytes(generation) else { return }
        unread.hold(after: frame.count)
        plane.broadcaster.boundUnread()
    }
}

// MARK: - What the client does not read

extension ControlConnection {
    var unreadBytes: Int { socket.bufferedBytes }

    /// The client has read nearly all that waited.
    func drained() {
        guard unread.isHeld else { return }
        unread.release()
        answerHeld()
    }

    private func mustWait(_ request: RequestFrame) -> Bool {
        guard unread.isActive else { return false }
        let method = try? plane.table.method(request.method, role: role, scopes: scopes, generation)
        return unread.mustWait(method, in: generation)
    }

    private func holdBack(_ bytes: [UInt8]) {
        unread.keep(bytes)
        if unread.isFull { socket.pauseReading() }
    }

    private func answerHeld() {
        var rest = unread.takeFrames()[...]
        while !unread.isHeld, let bytes = rest.popFirst() { received(bytes) }
        if rest.isEmpty { unread.allAnswered() }
        guard case .open = state else { return }
        for bytes in rest { unread.keep(bytes) }
        if !unread.isFull { socket.resumeReading() }
    }

    func cutOff() {
        close(code: 1008, reason: "slow consumer")
        socket.abort()
    }
}

// MARK: - Login

extension ControlConnection {
    private func login(_ bytes: [UInt8]) {
        guard let request = connectRequest(bytes) else { return }
        do throws(Refusal) {
            let (params, generation) = try Handshake.read(request.params ?? [:])
            self.generation = generation
            guard plane.isReady else { throw .starting }
            state = .deciding
            socket.pauseReading()
            begin(params, requestID: request.id)
        } catch {
            refuse(error, to: request.id)
        }
    }

    /// The first frame must be a request named `connect`.
    ///
    /// Nil: it was not, and the client has been told.
    private func connectRequest(_ bytes: [UInt8]) -> RequestFrame? {
        do throws(RequestFrame.Refusal) {
            let request = try RequestFrame(bytes, generation: .four)
            if request.method == "connect" { return request }
            refuse(.notConnect, to: request.id)
        } catch {
            if case .notJSON = error { refuse(.notJSON, to: nil) } else { refuse(.notARequest, to: nil) }
        }
        return nil
    }

    private func begin(_ params: ConnectParams, requestID: String) {
        guard let device = params.device else {
            return settle(plane.decide(params, on: self, challenge: challenge, known: nil), params, requestID)
        }
        plane.tasks.add { [self] in
            do {
                try await begin(device, params, requestID: requestID)
            } catch {
                plane.log.error("a login could not be decided", ["error": "\(error)"])
                refuse(
                    Refusal(.unavailable("the gateway cannot read its database; see its log")), to: requestID)
            }
        }
    }

    /// Decides again when the device was changed while its login was being recorded.
    private func begin(_ device: ConnectParams.Device, _ params: ConnectParams, requestID: String)
        async throws
    {
        let known = try await plane.devices.known(device.id)
        switch plane.decide(params, on: self, challenge: challenge, known: known) {
        case .accepted(let acceptance):
            let admission = try await plane.devices.admit(
                params, acceptance, known: known, address: place.address)
            switch admission {
            case .admitted(let token): welcome(acceptance, params, token: token, requestID)
            case .outdated: try await begin(device, params, requestID: requestID)
            }
        case .refused(let refusal):
            refuse(refusal, to: requestID, params)
        case .pairing(let need):
            let request = try await plane.devices.request(need, params, address: place.address)
            refuse(
                need.refusal(requestID: request, params: params, generation: generation), to: requestID,
                params)
        }
    }

    private func settle(_ outcome: Handshake.Outcome, _ params: ConnectParams, _ requestID: String) {
        switch outcome {
        case .accepted(let acceptance): welcome(acceptance, params, token: nil, requestID)
        case .refused(let refusal): refuse(refusal, to: requestID, params)
        case .pairing: break  // asks for a device, and there is none
        }
    }

    private func refuse(_ refusal: Refusal, to requestID: String?, _ params: ConnectParams? = nil) {
        if case .closed = state { return }
        plane.refused(refusal, place: place, client: params?.client)
        if let error = refusal.error, let requestID {
            socket.send(text: OutgoingFrame.failure(to: requestID, error))
        }
        state = .closed
        socket.close(code: refusal.closeCode, reason: refusal.closeReason)
    }

    private func welcome(
        _ acceptance: Acceptance, _ params: ConnectParams, token: DeviceToken?, _ requestID: String
    ) {
        // It may have left while the database was asked.
        guard case .deciding = state else { return }
        state = .open
        role = acceptance.role
        scopes = acceptance.scopes == Scopes.owner.names ? Scopes.owner : Scopes(acceptance.scopes)
        client = params.client
        deviceID = params.device?.id
        wantsToolEvents = params.caps.contains("tool-events")
        isApprovalClient = params.canApprove
        socket.isKnown = true
        // There may have been no room for what it has sent of its next message.
        guard case .open = state else { return }
        socket.maxMessageBytes = Limits.maxPayloadBytes(scopes)
        presenceKey = plane.joined(self, params, acceptance)
        let hello = plane.hello(for: self, acceptance, token)
        if let frame = OutgoingFrame.response(to: requestID, .encoded(hello)) { socket.send(text: frame) }
        plane.broadcaster.add(self)
        if generation == .three { deliver(plane.healthEvent(for: .three), isDroppable: true) }
        socket.resumeReading()
    }
}

// MARK: - Requests

extension ControlConnection {
    private func answer(_ bytes: [UInt8]) {
        do throws(RequestFrame.Refusal) {
            let request = try RequestFrame(bytes, generation: generation)
            if mustWait(request) { return holdBack(bytes) }
            do throws(RPCError) {
                try run(request)
            } catch {
                fail(request.id, request.method, error)
            }
        } catch {
            guard case .invalid(let id, let reason) = error else { return }
            if unread.isHeld { return holdBack(bytes) }
            send(OutgoingFrame.failure(to: id, .invalid("invalid request frame: \(reason)")))
        }
    }

    private func run(_ request: RequestFrame) throws(RPCError) {
        guard request.method != "connect" else {
            throw .invalid("connect is only valid as the first request")
        }
        let method = try plane.table.method(request.method, role: role, scopes: scopes, generation)
        let params = request.params ?? [:]
        try method.check(params, generation)
        let call = Call(id: request.id, method: request.method, params: params, client: self)
        let start = ContinuousClock.now
        plane.tellAsked(call)
        if let payload = try method.fast?(call) {
            call.answer(payload)
            return plane.tellAnswered(call, since: start)
        }
        guard let slow = method.slow else { throw .unavailable("\(request.method) has no answer now") }
        guard callsInFlight < Limits.mostCallsInFlight else {
            throw RPCError(
                .unavailable, "too many requests at once on this connection", isRetryable: true,
                retryAfter: .milliseconds(250))
        }
        callsInFlight += 1
        if method.isLarge { unread.largeAnswerBegins() }
        plane.tasks.add { [self] in
            if method.isLarge { await finishLarge(call, slow) } else { await finish(call, slow) }
            plane.tellAnswered(call, since: start)
            callsInFlight -= 1
        }
    }

    /// Nothing is made for a client that has left.
    private func finishLarge(_ call: Call, _ handler: MethodTable.Slow) async {
        await plane.largeAnswers.make {
            if case .open = state { await finish(call, handler) }
        }
        unread.largeAnswerEnds()
        if !unread.isHeld { answerHeld() }
    }

    private func finish(_ call: Call, _ handler: MethodTable.Slow) async {
        do throws(RPCError) {
            call.answer(try await handler(call))
        } catch {
            fail(call.id, call.method, error)
        }
    }

    private func fail(_ id: String, _ method: String, _ error: RPCError) {
        plane.log.debug(
            "a request was refused",
            ["method": String(method.prefix(80)), "code": error.code.rawValue, "connection.id": id])
        send(OutgoingFrame.failure(to: id, error))
    }
}

// MARK: - Events

extension ControlConnection {
    /// January's operators see every event but those about pairing and approvals; nodes see only what is for all.
    func maySee(_ scope: Scope) -> Bool {
        switch scope {
        case .none: true
        case .read where generation == .three: role == "operator"
        default: role == "operator" && scopes.allow(scope)
        }
    }

    /// Sends an event with this connection's next number.
    ///
    /// A client that does not read loses droppable events and is cut off at any other. Droppable events never take all of
    /// the room, so that a client that is only slow gets what it must not miss. An event that is not urgent leaves within
    /// a few milliseconds, together with what comes after it.
    func deliver(_ body: EventBody, isDroppable: Bool, isUrgent: Bool = false) {
        guard case .open = state else { return }
        let (waiting, most) = (socket.bufferedBytes, Limits.maxBufferedBytes(generation) + unread.largeBytes)
        if isDroppable && (unread.isHeld || waiting > most / 2 || waiting + body.bytes.count > most) {
            return
        }
        guard waiting <= most else { return close(code: 1008, reason: "slow consumer") }
        sequence += 1
        socket.send(text: body.bytes, suffix: EventBody.end(sequence: sequence), mayWait: !isUrgent)
        if waiting > Limits.notableUnreadBytes { plane.broadcaster.boundUnread() }
    }
}

extension ControlConnection {
    /// Only January's clients are answered in their own spelling.
    func remember(spelling: String, of session: SessionKey) {
        if generation == .three { subscriptions.remember(spelling, of: session) }
    }
}
