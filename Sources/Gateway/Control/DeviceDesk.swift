import Core
import Store
import Wire

/// Pairs devices: remembers who asks, lets an owner decide, hands out device tokens.
@MainActor
final class DeviceDesk {
    private let store: DeviceStore
    private let broadcaster: EventBroadcaster
    private let log: Log

    init(store: DeviceStore, broadcaster: EventBroadcaster, log: Log) {
        self.store = store
        self.broadcaster = broadcaster
        self.log = log
    }

    func known(_ deviceID: String) async throws -> KnownDevice? {
        try await store.paired(deviceID).flatMap { KnownDevice($0) }
    }

    /// What became of a login that was to be let in.
    enum Admission {
        /// With the token that the client may log in with from now on; nil: it gets none.
        case admitted(DeviceToken?)
        /// The device is not any more what was decided on: it was revoked, say, or has another token.
        case outdated
    }

    /// Carries out what a handshake decided on what it knew of the device.
    func admit(
        _ params: ConnectParams, _ acceptance: Acceptance, known: KnownDevice?, address: String,
        now: Timestamp = .now
    ) async throws -> Admission {
        guard let device = params.device, acceptance.device != .none else { return .admitted(nil) }
        do {
            guard let paired = try await record(device, params, acceptance, known, address, now) else {
                return .outdated
            }
            if acceptance.device == .approve {
                announce(device: device.id, request: randomUUID(), decision: "approved", now: now)
            }
            return .admitted(paired.tokens[acceptance.role])
        } catch let error as StoreError where error.isOfTheDisk {
            // Who was let in may see what is there; only a volume that can be written remembers the visit.
            log.warning("a login was not recorded: \(error)")
            return .admitted(nil)
        }
    }

    /// Nil: the device is not any more what was decided on.
    private func record(
        _ device: ConnectParams.Device, _ params: ConnectParams, _ acceptance: Acceptance,
        _ known: KnownDevice?, _ address: String, _ now: Timestamp
    ) async throws -> PairedDevice? {
        let fresh = Self.newToken(acceptance, now: now)
        return try await store.change(device.id) { stored in
            guard stored.flatMap({ KnownDevice($0) }) == known else { return nil }
            var paired =
                stored ?? PairedDevice(deviceID: device.id, publicKey: device.publicKey, createdAt: now)
            paired.lastSeenAt = now
            paired.describe(params.client, address: address)
            if acceptance.device == .approve {
                paired.publicKey = device.publicKey
                paired.approvedAt = now
                paired.grant(role: acceptance.role, scopes: acceptance.scopes)
            }
            paired.giveToken(for: acceptance, else: fresh, now: now)
            return paired
        }
    }

    private static func newToken(_ acceptance: Acceptance, now: Timestamp) -> DeviceToken {
        var token = newToken(
            role: acceptance.role, scopes: acceptance.scopes, for: acceptance.generation, now: now)
        token.admittedBy = acceptance.admittedBy
        return token
    }

    /// January's tokens are 32 hexadecimal digits, today's 43 characters of base64url.
    static func newToken(
        role: String, scopes: [String], for generation: Generation, now: Timestamp
    ) -> DeviceToken {
        let text = generation == .three ? Digest.hex(SecureRandom.bytes(16)) : SecureRandom.token()
        return DeviceToken(secret: Secret(text), role: role, scopes: scopes, createdAt: now)
    }
}

// MARK: - Requests

extension DeviceDesk {
    /// The id of the request an owner has to decide on: a new one, or the one this device already waits for.
    func request(
        _ need: PairingNeed, _ params: ConnectParams, address: String, now: Timestamp = .now
    ) async throws -> String {
        guard let device = params.device else { return "" }
        if let waiting = try await store.pending(device: device.id) {
            if waiting.role == params.role && Set(need.scopes).isSubset(of: waiting.scopes) {
                return waiting.requestID
            }
            _ = try await store.removePending(waiting.requestID)
        }
        let pending = PendingDevice(
            requestID: randomUUID(), deviceID: device.id, publicKey: device.publicKey,
            displayName: params.client.displayName, platform: params.client.platform,
            deviceFamily: params.client.deviceFamily, clientID: params.client.id,
            clientMode: params.client.mode,
            role: params.role, roles: [params.role], scopes: need.scopes, remoteIP: address, silent: false,
            isRepair: need.known != nil, at: now)
        try await store.add(pending)
        log.info(
            "a device asks to be paired",
            [
                "device.id": String(device.id.prefix(12)), "request.id": pending.requestID,
                "client.address": address,
            ])
        broadcaster.send(.event("device.pair.requested", pending.json, to: .pairing))
        return pending.requestID
    }

    func list() async throws -> (pending: [PendingDevice], paired: [PairedDevice]) {
        (try await store.pending(now: .now), try await store.paired())
    }

    /// Nil: nobody waits under this id.
    func approve(_ requestID: String, for generation: Generation, now: Timestamp = .now) async throws
        -> PairedDevice?
    {
        let token = Self.newToken(role: "", scopes: [], for: generation, now: now)
        let approved = try await store.approve(requestID) { pending, old in
            var device =
                old ?? PairedDevice(deviceID: pending.deviceID, publicKey: pending.publicKey, createdAt: now)
            device.describe(pending)
            let role = pending.role ?? "operator"
            device.publicKey = pending.publicKey
            device.approvedAt = now
            device.grant(role: role, scopes: pending.scopes)
            var granted = token
            granted.role = role
            granted.scopes = pending.scopes
            device.tokens[role] = granted
            return device
        }
        if let approved {
            announce(device: approved.deviceID, request: requestID, decision: "approved", now: now)
        }
        return approved
    }

    /// Nil: nobody waits under this id.
    func reject(_ requestID: String, now: Timestamp = .now) async throws -> PendingDevice? {
        guard let pending = try await store.removePending(requestID) else { return nil }
        announce(device: pending.deviceID, request: requestID, decision: "rejected", now: now)
        return pending
    }

    private func announce(device: String, request: String, decision: String, now: Timestamp) {
        broadcaster.send(
            .event(
                "device.pair.resolved",
                [
                    "requestId": .string(request), "deviceId": .string(device), "decision": .string(decision),
                    "ts": now.json,
                ], to: .pairing))
    }
}

// MARK: - Tokens

extension DeviceDesk {
    /// What a device may do in any of its roles; nil: no such device.
    func scopes(of deviceID: String) async throws -> [String]? {
        guard let device = try await store.paired(deviceID) else { return nil }
        return device.scopes + device.tokens.values.flatMap(\.scopes)
    }

    /// What a device's token for a role lets it do; nil: no such device, or it may not have the role.
    func scopes(of deviceID: String, role: String) async throws -> [String]? {
        guard let device = try await store.paired(deviceID), device.roles.contains(role) else { return nil }
        return device.tokens[role]?.scopes ?? device.scopes
    }

    /// Nil: no such device, or it has never had this role.
    func rotate(
        _ deviceID: String, role: String, scopes: [String]?, for generation: Generation, now: Timestamp = .now
    ) async throws -> DeviceToken? {
        let fresh = Self.newToken(role: role, scopes: scopes ?? [], for: generation, now: now)
        let updated = try await store.change(deviceID) { device in
            guard var device, device.roles.contains(role) else { return nil }
            let old = device.tokens[role]
            var token = fresh
            token.scopes = scopes ?? old?.scopes ?? device.scopes
            token.createdAt = old?.createdAt ?? now
            token.rotatedAt = now
            token.lastUsedAt = old?.lastUsedAt
            token.admittedBy = old?.admittedBy
            device.tokens[role] = token
            return device
        }
        return updated?.tokens[role]
    }

    /// Nil: no such device, or it has no token for this role.
    func revoke(_ deviceID: String, role: String, now: Timestamp = .now) async throws -> Timestamp? {
        guard try await store.paired(deviceID)?.tokens[role] != nil else { return nil }
        _ = try await store.update(deviceID) { $0.tokens[role]?.revokedAt = now }
        broadcaster.disconnect(device: deviceID)
        return now
    }

    func remove(_ deviceID: String) async throws -> Bool {
        let removed = try await store.remove(deviceID) != nil
        if removed { broadcaster.disconnect(device: deviceID) }
        return removed
    }
}

extension PairedDevice {
    fileprivate mutating func describe(_ client: ConnectParams.Client, address: String) {
        displayName = client.displayName ?? displayName
        platform = client.platform
        deviceFamily = client.deviceFamily ?? deviceFamily
        clientID = client.id
        clientMode = client.mode
        remoteIP = address
    }

    fileprivate mutating func describe(_ request: PendingDevice) {
        displayName = request.displayName ?? displayName
        platform = request.platform ?? platform
        deviceFamily = request.deviceFamily ?? deviceFamily
        clientID = request.clientID ?? clientID
        clientMode = request.clientMode ?? clientMode
        remoteIP = request.remoteIP ?? remoteIP
    }

    fileprivate mutating func grant(role: String, scopes granted: [String]) {
        if !roles.contains(role) { roles.append(role) }
        self.role = self.role ?? role
        scopes += granted.filter { !scopes.contains($0) }
    }

    /// Keeps the token that the device has, or gives it another one where that does not do.
    fileprivate mutating func giveToken(
        for acceptance: Acceptance, else fresh: DeviceToken, now: Timestamp
    ) {
        let old = tokens[acceptance.role]
        var token = fresh
        if let old, acceptance.device == .known, old.lets(acceptance) {
            token = old
        } else if acceptance.method == .deviceToken {
            token.admittedBy = old?.admittedBy
        }
        token.lastUsedAt = now
        tokens[acceptance.role] = token
    }
}

extension DeviceToken {
    /// Whether the client may log in with it as it has now.
    fileprivate func lets(_ acceptance: Acceptance) -> Bool {
        let isOfThisSecret =
            admittedBy == nil || acceptance.admittedBy == nil || admittedBy == acceptance.admittedBy
        return revokedAt == nil && isOfThisSecret && Scopes(scopes).cover(acceptance.scopes)
    }
}

extension KnownDevice {
    /// Nil when the stored key is damaged; the device must then be paired anew.
    init?(_ device: PairedDevice) {
        guard let key = DeviceIdentity.rawKey(device.publicKey) else { return nil }
        self.init(
            publicKey: key, roles: device.roles, scopes: device.scopes,
            tokens: device.tokens.mapValues {
                Token(
                    secret: $0.secret, scopes: $0.scopes, isRevoked: $0.revokedAt != nil,
                    admittedBy: $0.admittedBy)
            })
    }
}
