import Core

/// Reads and writes the devices' rows, inside a transaction that somebody else holds.
struct DeviceTable {
    let connection: Connection

    func pending(after oldest: Timestamp) throws -> [PendingDevice] {
        try connection.rows(
            "SELECT document FROM pending_devices WHERE requested_at > ? ORDER BY requested_at DESC, request_id",
            oldest
        ) { $0.json(0).flatMap { PendingDevice(json: $0) } }.compactMap { $0 }
    }

    func pending(_ requestID: String, after oldest: Timestamp) throws -> PendingDevice? {
        try connection.first(
            "SELECT document FROM pending_devices WHERE request_id = ? AND requested_at > ?", requestID,
            oldest
        ) { $0.json(0).flatMap { PendingDevice(json: $0) } } ?? nil
    }

    func save(_ request: PendingDevice) throws {
        try connection.run(
            """
            INSERT INTO pending_devices (request_id, device_id, requested_at, document) VALUES (?, ?, ?, ?)
            ON CONFLICT (request_id) DO UPDATE SET requested_at = excluded.requested_at, document = excluded.document
            """, request.requestID, request.deviceID, request.at, request.json)
    }

    func removePending(_ requestID: String) throws {
        try connection.run("DELETE FROM pending_devices WHERE request_id = ?", requestID)
    }

    func dropPending(before oldest: Timestamp, keeping count: Int) throws {
        try connection.run("DELETE FROM pending_devices WHERE requested_at <= ?", oldest)
        try connection.run(
            """
            DELETE FROM pending_devices WHERE request_id NOT IN
                (SELECT request_id FROM pending_devices ORDER BY requested_at DESC LIMIT ?)
            """, count)
    }

    func paired() throws -> [PairedDevice] {
        try connection.rows("SELECT document FROM paired_devices ORDER BY approved_at DESC, device_id") {
            $0.json(0).flatMap { PairedDevice(json: $0) }
        }.compactMap { $0 }
    }

    func paired(_ deviceID: String) throws -> PairedDevice? {
        try connection.first("SELECT document FROM paired_devices WHERE device_id = ?", deviceID) {
            $0.json(0).flatMap { PairedDevice(json: $0) }
        } ?? nil
    }

    func save(_ device: PairedDevice) throws {
        try connection.run(
            """
            INSERT INTO paired_devices (device_id, approved_at, document) VALUES (?, ?, ?)
            ON CONFLICT (device_id) DO UPDATE SET approved_at = excluded.approved_at, document = excluded.document
            """, device.deviceID, device.approvedAt, device.document)
    }

    func removePaired(_ deviceID: String) throws {
        try connection.run("DELETE FROM paired_devices WHERE device_id = ?", deviceID)
    }
}
