package import Core

/// What a paired device shows instead of the gateway's secret, one a role.
///
/// Stored as it is: the gateway hands it out again when the device connects with the shared secret, and the file is 0600.
package struct DeviceToken: Sendable {
    package var secret: Secret
    package var role: String
    package var scopes: [String]
    package var createdAt: Timestamp
    package var rotatedAt: Timestamp?
    package var revokedAt: Timestamp?
    package var lastUsedAt: Timestamp?
    /// The mark of the gateway's secret that was shown for it; nil: an owner has approved it.
    package var admittedBy: String?

    package init(secret: Secret, role: String, scopes: [String], createdAt: Timestamp = .now) {
        self.secret = secret
        self.role = role
        self.scopes = scopes
        self.createdAt = createdAt
    }

    package func json(showingToken: Bool) -> JSON {
        var object: JSONObject = [:]
        if showingToken {
            object["token"] = .string(secret.reveal())
            object["admittedBy"] = admittedBy.map { .string($0) }
        }
        object["role"] = .string(role)
        object["scopes"] = JSON(scopes)
        object["createdAtMs"] = createdAt.json
        object["rotatedAtMs"] = rotatedAt?.json
        object["revokedAtMs"] = revokedAt?.json
        object["lastUsedAtMs"] = lastUsedAt?.json
        return .object(object)
    }

    package init?(json: JSON) {
        guard let token = json["token"]?.stringValue, let role = json["role"]?.stringValue else { return nil }
        self.init(
            secret: Secret(token), role: role, scopes: json["scopes"]?.strings ?? [],
            createdAt: json["createdAtMs"]?.timestamp ?? Timestamp(milliseconds: 0))
        rotatedAt = json["rotatedAtMs"]?.timestamp
        revokedAt = json["revokedAtMs"]?.timestamp
        lastUsedAt = json["lastUsedAtMs"]?.timestamp
        admittedBy = json["admittedBy"]?.stringValue
    }
}

extension JSON {
    /// Whole milliseconds since 1970.
    var timestamp: Timestamp? { intValue.map { Timestamp(milliseconds: Int64($0)) } }
}
