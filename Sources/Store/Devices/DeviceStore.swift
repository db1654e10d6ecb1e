package import Core

/// Devices that ask to be paired, and those that are.
package struct DeviceStore: Sendable {
    package let database: Database

    package init(_ database: Database) { self.database = database }

    /// How long a request waits for a yes (contract §8.1).
    package static let pendingLifetime = Duration.seconds(300)
    /// Requests kept at once, so that strangers cannot fill the disk; the oldest go.
    static let mostPending = 200

    // MARK: Pending

    /// Requests that still wait, newest first.
    package func pending(now: Timestamp = .now) async throws -> [PendingDevice] {
        try await database.read { try DeviceTable(connection: $0).pending(after: Self.oldest(now)) }
    }

    package func pending(_ requestID: String, now: Timestamp = .now) async throws -> PendingDevice? {
        try await database.read {
            try DeviceTable(connection: $0).pending(requestID, after: Self.oldest(now))
        }
    }

    /// The newest request of a device.
    package func pending(device: String, now: Timestamp = .now) async throws -> PendingDevice? {
        try await pending(now: now).first { $0.deviceID == device }
    }

    /// Adds or replaces a request.
    package func add(_ request: PendingDevice) async throws {
        try await database.write { connection in
            let table = DeviceTable(connection: connection)
            try table.save(request)
            try table.dropPending(before: Self.oldest(request.at), keeping: Self.mostPending)
        }
    }

    package func removePending(_ requestID: String) async throws -> PendingDevice? {
        try await database.write { connection in
            let table = DeviceTable(connection: connection)
            let request = try table.pending(requestID, after: Timestamp(milliseconds: 0))
            try table.removePending(requestID)
            return request
        }
    }

    private static func oldest(_ now: Timestamp) -> Timestamp {
        Timestamp(milliseconds: now.milliseconds - pendingLifetime.milliseconds)
    }

    // MARK: Paired

    /// All paired devices, newest first.
    package func paired() async throws -> [PairedDevice] {
        try await database.read { try DeviceTable(connection: $0).paired() }
    }

    package func paired(_ deviceID: String) async throws -> PairedDevice? {
        try await database.read { try DeviceTable(connection: $0).paired(deviceID) }
    }

    package func save(_ device: PairedDevice) async throws {
        try await database.write { try DeviceTable(connection: $0).save(device) }
    }

    /// Stores what becomes of a paired device, or of none, in one transaction; nil: nothing is changed.
    package func change(
        _ deviceID: String, _ change: @escaping @Sendable (PairedDevice?) throws -> PairedDevice?
    ) async throws -> PairedDevice? {
        try await database.write { connection in
            let table = DeviceTable(connection: connection)
            let changed = try change(table.paired(deviceID))
            if let changed { try table.save(changed) }
            return changed
        }
    }

    package func remove(_ deviceID: String) async throws -> PairedDevice? {
        try await database.write { connection in
            let table = DeviceTable(connection: connection)
            let device = try table.paired(deviceID)
            try table.removePaired(deviceID)
            return device
        }
    }

    /// Turns a request into a paired device, in one transaction; nil when the request is not known or too old.
    package func approve(
        _ requestID: String, now: Timestamp = .now,
        _ make: @escaping @Sendable (PendingDevice, PairedDevice?) throws -> PairedDevice
    ) async throws -> PairedDevice? {
        try await database.write { connection in
            let table = DeviceTable(connection: connection)
            guard let request = try table.pending(requestID, after: Self.oldest(now)) else { return nil }
            let device = try make(request, table.paired(request.deviceID))
            try table.save(device)
            try table.removePending(requestID)
            return device
        }
    }

    /// Changes a paired device; nil when there is none.
    package func update(
        _ deviceID: String, _ change: @escaping @Sendable (inout PairedDevice) throws -> Void
    ) async throws -> PairedDevice? {
        try await self.change(deviceID) { device in
            guard var device else { return nil }
            try change(&device)
            return device
        }
    }
}
