import Core
import Store

/// The greeting after a login: `hello-ok` (contract §2.11).
struct Hello {
    let acceptance: Acceptance
    let connectionID: String
    let token: DeviceToken?
    /// Encoded once and shared by all greetings.
    let features: [UInt8]
    let snapshot: [UInt8]
    let host: HostFacts

    func encoded() -> [UInt8] {
        let generation = acceptance.generation
        return .jsonObject(capacity: features.count + snapshot.count + 1024) {
            $0.add("type", "hello-ok")
            $0.add("protocol", generation.rawValue)
            $0.add("server", server)
            $0.add("features", encoded: features)
            $0.add("snapshot", encoded: snapshot)
            if let auth { $0.add("auth", auth) }
            $0.add("policy", policy)
        }
    }

    private var server: JSON {
        switch acceptance.generation {
        case .three:
            ["version": .string(host.version), "host": .string(host.name), "connId": .string(connectionID)]
        case .four:
            [
                "version": .string(host.version), "buildId": .string(host.version),
                "bootId": .string(host.instanceID),
                "connId": .string(connectionID),
            ]
        }
    }

    /// January's clients keep what is here only if it has a device token; they want the scopes sorted.
    private var auth: JSON? {
        let scopes = token?.scopes ?? acceptance.scopes
        if acceptance.generation == .three {
            guard let token else { return nil }
            return [
                "deviceToken": .string(token.secret.reveal()), "role": .string(acceptance.role),
                "scopes": JSON(scopes.sorted()), "issuedAtMs": (token.rotatedAt ?? token.createdAt).json,
            ]
        }
        var object: JSONObject = [
            "method": .string(acceptance.method.rawValue), "role": .string(acceptance.role),
            "scopes": JSON(acceptance.scopes),
        ]
        if let token {
            object["deviceToken"] = .string(token.secret.reveal())
            object["issuedAtMs"] = (token.rotatedAt ?? token.createdAt).json
        }
        return .object(object)
    }

    private var policy: JSON {
        let maxPayload = JSON(Limits.maxPayloadBytes(Scopes(acceptance.scopes)))
        let tickInterval = JSON.integer(Limits.tickInterval.milliseconds)
        return switch acceptance.generation {
        case .three:
            [
                "maxPayload": maxPayload, "maxBufferedBytes": JSON(Limits.maxBufferedBytes(.three)),
                "tickIntervalMs": tickInterval,
            ]
        case .four:
            [
                "maxPayload": maxPayload, "maxBufferedBytes": 52_428_800, "tickIntervalMs": tickInterval,
                "attachments": ["maxBytes": 19_464_192, "maxImageBytes": 6_291_456],
                "allowedSessionVisibilities": ["shared"], "hasMultipleSessionSharingIdentities": false,
            ]
        }
    }
}
