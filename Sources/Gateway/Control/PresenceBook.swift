import Core

/// Who is connected, and who was a moment ago.
struct PresenceBook {
    /// The gateway's own line; `gateway status` reads host and version from it.
    private let host: HostFacts
    private var entries: [String: Entry] = [:]
    private(set) var version = 1

    struct Entry {
        var client: ConnectParams.Client
        var role: String
        var scopes: [String]
        var deviceID: String?
        var address: String?
        var since: Timestamp
        var at: Timestamp
        /// Sockets that stand behind this entry: a page may reconnect before the old socket is known to be dead.
        var sockets: Int
    }

    init(host: HostFacts) { self.host = host }

    /// Adds the client under its device, its instance or its connection.
    mutating func connected(_ entry: Entry, as key: String) {
        var entry = entry
        if let old = entries[key] { entry.sockets += old.sockets }
        if entries[key] == nil && entries.count >= Self.mostEntries { dropOldest() }
        entries[key] = entry
        version += 1
    }

    mutating func disconnected(_ key: String, at now: Timestamp) {
        guard var entry = entries[key] else { return }
        entry.sockets -= 1
        entry.at = now
        entries[key] = entry
        version += 1
    }

    /// Newest first; who left more than five minutes ago is forgotten.
    mutating func list(now: Timestamp) -> JSON {
        entries = entries.filter { $0.value.sockets > 0 || now - $0.value.at < Self.memory }
        let clients = entries.values.sorted { $0.at > $1.at }.prefix(Self.mostListed)
        return .array([selfEntry(now: now)] + clients.map { Self.json($0) })
    }

    private mutating func dropOldest() {
        let gone = entries.filter { $0.value.sockets <= 0 }.min { $0.value.at < $1.value.at }
        let oldest = gone ?? entries.min { $0.value.at < $1.value.at }
        if let oldest { entries[oldest.key] = nil }
    }

    private func selfEntry(now: Timestamp) -> JSON {
        var object: JSONObject = ["host": .string(host.name)]
        object["ip"] = host.address.map { .string($0) }
        object["version"] = .string(host.version)
        object["platform"] = .string(host.platform)
        object["deviceFamily"] = .string(host.family)
        object["modelIdentifier"] = .string(host.architecture)
        object["mode"] = "gateway"
        object["reason"] = "self"
        object["instanceId"] = .string(host.instanceID)
        let place = host.address.map { " (\($0))" } ?? ""
        object["text"] = .string(
            "Gateway: \(host.name)\(place) · app \(host.version) · mode gateway · reason self")
        object["ts"] = now.json
        return .object(object)
    }

    private static func json(_ entry: Entry) -> JSON {
        let client = entry.client
        let name = client.displayName ?? client.id
        var object: JSONObject = [
            "host": .string(name), "clientId": .string(client.id), "version": .string(client.version),
            "platform": .string(client.platform), "mode": .string(client.mode),
            "reason": entry.sockets > 0 ? "connect" : "disconnect", "ts": entry.at.json,
            "text": .string("Node: \(name) · mode \(client.mode)"), "roles": [.string(entry.role)],
            "scopes": JSON(entry.scopes), "onlineSince": entry.since.json,
        ]
        object["deviceFamily"] = client.deviceFamily.map { .string($0) }
        object["modelIdentifier"] = client.modelIdentifier.map { .string($0) }
        object["timeZone"] = client.timeZone.map { .string($0) }
        object["deviceId"] = entry.deviceID.map { .string($0) }
        object["instanceId"] = (client.instanceID ?? entry.deviceID).map { .string($0) }
        object["ip"] = entry.address.map { .string($0) }
        return .object(object)
    }

    /// How long somebody who left stays in the list.
    private static let memory: Duration = .seconds(300)
    /// Entries kept, about 1 KiB each.
    ///
    /// More clients than this is a load test, not people.
    private static let mostEntries = 200
    /// Entries in one list, so that an event of presence stays near 32 KiB.
    private static let mostListed = 64
}

/// What the machine is, for people and for the presence list.
package struct HostFacts: Sendable {
    package var name: String
    package var address: String?
    package var version: String
    /// `linux 6.1.0`.
    package var platform: String
    /// `Linux`.
    package var family: String
    /// `x64`.
    package var architecture: String
    /// New at every start.
    package var instanceID: String

    package init(
        name: String, address: String?, version: String, platform: String, family: String,
        architecture: String,
        instanceID: String
    ) {
        self.name = name
        self.address = address
        self.version = version
        self.platform = platform
        self.family = family
        self.architecture = architecture
        self.instanceID = instanceID
    }
}
