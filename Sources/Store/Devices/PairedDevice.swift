package import Core

/// A device that may connect (contract §8.1).
package struct PairedDevice: Sendable {
    package var deviceID: String
    package var publicKey: String
    package var displayName: String?
    package var platform: String?
    package var deviceFamily: String?
    package var clientID: String?
    package var clientMode: String?
    package var role: String?
    package var roles: [String] = []
    package var scopes: [String] = []
    package var remoteIP: String?
    package var createdAt: Timestamp
    package var approvedAt: Timestamp
    package var lastSeenAt: Timestamp?
    /// By role.
    package var tokens: [String: DeviceToken] = [:]

    package init(
        deviceID: String, publicKey: String, createdAt: Timestamp = .now, approvedAt: Timestamp = .now
    ) {
        self.deviceID = deviceID
        self.publicKey = publicKey
        self.createdAt = createdAt
        self.approvedAt = approvedAt
    }

    /// As clients see it, tokens as a list without their secrets.
    package var json: JSON {
        var object = described
        if !tokens.isEmpty { object["tokens"] = .array(sortedTokens.map { $0.json(showingToken: false) }) }
        return .object(object)
    }

    /// As it is stored, and as OpenClaw's `devices/paired.json` has it.
    var document: JSON {
        var object = described
        let members = sortedTokens.map { ($0.role, $0.json(showingToken: true)) }
        object["tokens"] = .object(JSONObject(members))
        return .object(object)
    }

    private var sortedTokens: [DeviceToken] { tokens.values.sorted { $0.role < $1.role } }

    private var described: JSONObject {
        var object: JSONObject = ["deviceId": .string(deviceID), "publicKey": .string(publicKey)]
        object["displayName"] = displayName.map { .string($0) }
        object["platform"] = platform.map { .string($0) }
        object["deviceFamily"] = deviceFamily.map { .string($0) }
        object["clientId"] = clientID.map { .string($0) }
        object["clientMode"] = clientMode.map { .string($0) }
        object["role"] = role.map { .string($0) }
        object["roles"] = JSON(roles)
        object["scopes"] = JSON(scopes)
        object["remoteIp"] = remoteIP.map { .string($0) }
        object["createdAtMs"] = createdAt.json
        object["approvedAtMs"] = approvedAt.json
        object["lastSeenAtMs"] = lastSeenAt?.json
        return object
    }

    /// From a stored document or OpenClaw's file; nil without an id and a key.
    package init?(json: JSON) {
        guard let deviceID = json["deviceId"]?.stringValue, let publicKey = json["publicKey"]?.stringValue
        else {
            return nil
        }
        let created = json["createdAtMs"]?.timestamp ?? Timestamp(milliseconds: 0)
        self.init(
            deviceID: deviceID, publicKey: publicKey, createdAt: created,
            approvedAt: json["approvedAtMs"]?.timestamp ?? created)
        displayName = json["displayName"]?.stringValue
        platform = json["platform"]?.stringValue
        deviceFamily = json["deviceFamily"]?.stringValue
        clientID = json["clientId"]?.stringValue
        clientMode = json["clientMode"]?.stringValue
        role = json["role"]?.stringValue
        roles = json["roles"]?.strings ?? []
        scopes = json["scopes"]?.strings ?? []
        remoteIP = json["remoteIp"]?.stringValue
        lastSeenAt = json["lastSeenAtMs"]?.timestamp
        for (role, token) in json["tokens"]?.objectValue ?? [:] { tokens[role] = DeviceToken(json: token) }
    }
}
