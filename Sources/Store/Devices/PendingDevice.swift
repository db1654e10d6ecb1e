package import Core

/// A device that asks to be paired (contract §8.1).
package struct PendingDevice: Sendable, Hashable {
    package var requestID: String
    package var deviceID: String
    package var publicKey: String
    package var displayName: String?
    package var platform: String?
    package var deviceFamily: String?
    package var clientID: String?
    package var clientMode: String?
    package var role: String?
    package var roles: [String]
    package var scopes: [String]
    package var remoteIP: String?
    package var silent: Bool?
    package var isRepair: Bool?
    package var at: Timestamp

    package init(
        requestID: String, deviceID: String, publicKey: String, displayName: String? = nil,
        platform: String? = nil,
        deviceFamily: String? = nil, clientID: String? = nil, clientMode: String? = nil, role: String? = nil,
        roles: [String] = [], scopes: [String] = [], remoteIP: String? = nil, silent: Bool? = nil,
        isRepair: Bool? = nil, at: Timestamp = .now
    ) {
        self.requestID = requestID
        self.deviceID = deviceID
        self.publicKey = publicKey
        self.displayName = displayName
        self.platform = platform
        self.deviceFamily = deviceFamily
        self.clientID = clientID
        self.clientMode = clientMode
        self.role = role
        self.roles = roles
        self.scopes = scopes
        self.remoteIP = remoteIP
        self.silent = silent
        self.isRepair = isRepair
        self.at = at
    }

    /// As clients see it.
    package var json: JSON {
        var object: JSONObject = [
            "requestId": .string(requestID), "deviceId": .string(deviceID), "publicKey": .string(publicKey),
        ]
        object["displayName"] = displayName.map { .string($0) }
        object["platform"] = platform.map { .string($0) }
        object["deviceFamily"] = deviceFamily.map { .string($0) }
        object["clientId"] = clientID.map { .string($0) }
        object["clientMode"] = clientMode.map { .string($0) }
        object["role"] = role.map { .string($0) }
        object["roles"] = JSON(roles)
        object["scopes"] = JSON(scopes)
        object["remoteIp"] = remoteIP.map { .string($0) }
        object["silent"] = silent.map { .bool($0) }
        object["isRepair"] = isRepair.map { .bool($0) }
        object["ts"] = at.json
        return .object(object)
    }

    package init?(json: JSON) {
        guard let requestID = json["requestId"]?.stringValue, let deviceID = json["deviceId"]?.stringValue,
            let publicKey = json["publicKey"]?.stringValue
        else { return nil }
        self.init(
            requestID: requestID, deviceID: deviceID, publicKey: publicKey,
            displayName: json["displayName"]?.stringValue, platform: json["platform"]?.stringValue,
            deviceFamily: json["deviceFamily"]?.stringValue, clientID: json["clientId"]?.stringValue,
            clientMode: json["clientMode"]?.stringValue, role: json["role"]?.stringValue,
            roles: json["roles"]?.strings ?? [], scopes: json["scopes"]?.strings ?? [],
            remoteIP: json["remoteIp"]?.stringValue, silent: json["silent"]?.boolValue,
            isRepair: json["isRepair"]?.boolValue,
            at: Timestamp(milliseconds: Int64(json["ts"]?.intValue ?? 0)))
    }
}

extension JSON {
    /// The strings of an array; anything else in it is left out.
    var strings: [String]? { arrayValue?.compactMap(\.stringValue) }
}
