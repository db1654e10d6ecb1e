import Core
import Testing

@testable import Store

struct DeviceStoreTests {
    private let now = Timestamp(milliseconds: 1_000_000)

    private func request(_ id: String, device: String = "d", at: Timestamp? = nil) -> PendingDevice {
        PendingDevice(
            requestID: id, deviceID: device, publicKey: "key", displayName: "Phone", platform: "ios",
            clientID: "app",
            clientMode: "ui", role: "operator", roles: ["operator"], scopes: ["operator.read"],
            remoteIP: "10.0.0.1",
            silent: false, isRepair: true, at: at ?? now)
    }

    private func paired(_ request: PendingDevice, _ known: PairedDevice?) -> PairedDevice {
        var device =
            known ?? PairedDevice(deviceID: request.deviceID, publicKey: request.publicKey, createdAt: now)
        device.roles = request.roles
        device.scopes = request.scopes
        device.tokens["operator"] = DeviceToken(
            secret: Secret("s3cret"), role: "operator", scopes: request.scopes)
        return device
    }

    @Test func `a request waits five minutes`() async throws {
        let world = try TestStores()
        let devices = world.stores.devices
        try await devices.add(request("1"))
        try await devices.add(request("2", device: "e", at: now + .seconds(10)))
        #expect(try await devices.pending(now: now).map(\.requestID) == ["2", "1"])
        #expect(try await devices.pending("1", now: now) == request("1"))
        #expect(try await devices.pending(device: "e", now: now)?.requestID == "2")
        #expect(try await devices.pending(now: now + .seconds(300)).map(\.requestID) == ["2"])
        #expect(try await devices.pending("1", now: now + .seconds(300)) == nil)
        #expect(try await devices.approve("1", now: now + .seconds(300), paired) == nil)
        await world.database.close()
    }

    @Test func `strangers cannot fill the disk with requests`() async throws {
        let world = try TestStores()
        for number in 0..<250 {
            try await world.stores.devices.add(request("\(number)", at: now + .milliseconds(number)))
        }
        let waiting = try await world.stores.devices.pending(now: now)
        #expect(waiting.count == 200 && waiting.first?.requestID == "249")
        await world.database.close()
    }

    @Test func `approving makes a paired device out of the request`() async throws {
        let world = try TestStores()
        let devices = world.stores.devices
        try await devices.add(request("1"))
        let device = try #require(try await devices.approve("1", now: now, paired))
        #expect(try await devices.pending(now: now).isEmpty)
        let stored = try #require(try await devices.paired("d"))
        #expect(stored.json == device.json && stored.tokens["operator"]?.secret.matches("s3cret") == true)
        #expect(try await devices.approve("1", now: now, paired) == nil)
        await world.database.close()
    }

    @Test func `a refused approval leaves the request`() async throws {
        struct Refused: Error {}
        let world = try TestStores()
        try await world.stores.devices.add(request("1"))
        await #expect(throws: Refused.self) {
            try await world.stores.devices.approve("1", now: now) { _, _ in throw Refused() }
        }
        #expect(try await world.stores.devices.pending("1", now: now) != nil)
        #expect(try await world.stores.devices.paired().isEmpty)
        await world.database.close()
    }

    @Test func `clients never see a token`() async throws {
        let device = paired(request("1"), nil)
        #expect(!device.json.text.contains("s3cret"))
        #expect(device.json["tokens"]?.arrayValue?.first?["role"] == "operator")
        #expect(device.document.text.contains("s3cret"))
    }

    @Test func `a device can be changed and removed`() async throws {
        let world = try TestStores()
        let devices = world.stores.devices
        try await devices.save(paired(request("1"), nil))
        let changed = try await devices.update("d") {
            $0.tokens["operator"]?.revokedAt = Timestamp(milliseconds: 5)
        }
        #expect(changed?.tokens["operator"]?.revokedAt == Timestamp(milliseconds: 5))
        #expect(try await devices.paired("d")?.tokens["operator"]?.revokedAt == Timestamp(milliseconds: 5))
        #expect(try await devices.update("nobody") { _ in } == nil)
        #expect(try await devices.remove("d")?.deviceID == "d")
        #expect(try await devices.remove("d") == nil)
        await world.database.close()
    }
}
