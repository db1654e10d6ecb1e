import Core
import Wire

/// A request a client sent: one text or binary message.
struct RequestFrame {
    var id: String
    var method: String
    /// Absent and null are the same: a method without parameters.
    var params: JSON?

    /// Why a message is no request.
    enum Refusal: Error {
        case notJSON
        /// `id` is the message's own, or `invalid` when it has none.
        case invalid(id: String, reason: String)
        /// A frame of newer clients that needs no answer.
        case ignored
    }

    init(_ bytes: [UInt8], generation: Generation) throws(Refusal) {
        // The text of the parser's error helps nobody.
        guard let json = try? JSON.parse(bytes) else { throw .notJSON }
        if json["type"] == "cancel", generation == .four { throw .ignored }
        let reasons = Self.schema.violations(in: json, generation: generation)
        guard reasons.isEmpty, let id = json["id"]?.stringValue, let method = json["method"]?.stringValue
        else {
            let id = json["id"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 } ?? "invalid"
            throw .invalid(id: id, reason: reasons.joined(separator: "; "))
        }
        self.id = id
        self.method = method
        if let params = json["params"], !params.isNull { self.params = params }
    }

    private static let schema = ParamsSchema(
        .required("type", .constant("req")),
        .required("id", .string(least: 1)),
        .required("method", .string(least: 1)),
        .optional("params", .any),
        .optional("traceparent", .string(most: 128)))
}

/// What a request is answered with.
enum Payload: Sendable {
    case json(JSON)
    /// One complete JSON value, already encoded.
    case encoded([UInt8])
    /// The handler has answered by itself.
    case sent
}

/// Encodes what goes to clients.
///
/// Envelopes hold nothing but the members of contract §2.1.
enum OutgoingFrame {
    /// Nil: there is nothing more to send.
    static func response(to id: String, _ payload: Payload) -> [UInt8]? {
        switch payload {
        case .json(let json): response(to: id, encoded: json.encoded())
        case .encoded(let bytes): response(to: id, encoded: bytes)
        case .sent: nil
        }
    }

    private static func response(to id: String, encoded: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(encoded.count + id.utf8.count + 64)
        bytes.append(contentsOf: "{\"type\":\"res\",\"id\":".utf8)
        JSON.string(id).write(into: &bytes)
        bytes.append(contentsOf: ",\"ok\":true,\"payload\":".utf8)
        bytes.append(contentsOf: encoded)
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    static func failure(to id: String, _ error: RPCError) -> [UInt8] {
        var writer = ObjectWriter()
        writer.add("type", "res")
        writer.add("id", id)
        writer.add("ok", false)
        if let payload = error.payload { writer.add("payload", payload) }
        writer.add("error", error.json)
        return writer.finish()
    }

    /// An event without a sequence number: only `connect.challenge` is one.
    static func unnumbered(event: StaticString, payload: JSON) -> [UInt8] {
        var writer = ObjectWriter()
        writer.add("type", "event")
        writer.add("event", encoded: Array("\"\(event)\"".utf8))
        writer.add("payload", payload)
        return writer.finish()
    }
}

/// An event's frame without its end: every connection adds its own sequence number, nothing else differs.
struct EventBody: Sendable {
    let bytes: SharedBytes

    /// `payload` must be one complete JSON value; `stateVersion` goes with `presence` and `health`.
    init(_ event: String, payload: [UInt8], stateVersion: StateVersion? = nil) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(payload.count + event.utf8.count + 112)
        bytes.append(contentsOf: "{\"type\":\"event\",\"event\":\"".utf8)
        bytes.append(contentsOf: event.utf8)
        bytes.append(contentsOf: "\",\"payload\":".utf8)
        bytes.append(contentsOf: payload)
        if let stateVersion {
            bytes.append(contentsOf: ",\"stateVersion\":".utf8)
            stateVersion.json.write(into: &bytes)
        }
        bytes.append(contentsOf: ",\"seq\":".utf8)
        self.bytes = SharedBytes(bytes)
    }

    /// What follows the shared bytes for one connection.
    static func end(sequence: Int) -> [UInt8] {
        var end = Array(String(sequence).utf8)
        end.append(UInt8(ascii: "}"))
        return end
    }
}

/// Counts the changes of presence and health, so that a client knows which of two answers is newer.
struct StateVersion: Sendable {
    var presence = 1
    var health = 1

    var json: JSON { ["presence": JSON(presence), "health": JSON(health)] }
}
