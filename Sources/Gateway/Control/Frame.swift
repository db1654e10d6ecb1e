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
        guard let json = try? JSON.parse(bytes, limits: Self.limits) else { throw .notJSON }
        if let plain = json.objectValue.flatMap({ RequestFrame(plain: $0) }) {
            self = plain
            return
        }
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

    /// What nearly every message is; for all others the schema finds the words.
    private init?(plain members: JSONObject) {
        var (isRequest, id, method) = (false, "", "")
        for (key, value) in members {
            switch (key, value) {
            case ("type", .string("req")): isRequest = true
            case ("id", .string(let text)): id = text
            case ("method", .string(let text)): method = text
            case ("params", let value): if !value.isNull { params = value }
            default: return nil
            }
        }
        guard isRequest, !id.isEmpty, !method.isEmpty else { return nil }
        self.id = id
        self.method = method
    }

    private static let limits = JSONLimits(maxValues: Limits.mostValuesInFrame)

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
        .jsonObject(capacity: encoded.count + id.utf8.count + 64) {
            $0.add("type", "res")
            $0.add("id", id)
            $0.add("ok", true)
            $0.add("payload", encoded: encoded)
        }
    }

    static func failure(to id: String, _ error: RPCError) -> [UInt8] {
        .jsonObject {
            $0.add("type", "res")
            $0.add("id", id)
            $0.add("ok", false)
            if let payload = error.payload { $0.add("payload", payload) }
            $0.add("error", error.json)
        }
    }

    /// An event without a sequence number: only `connect.challenge` is one.
    static func unnumbered(event: String, payload: JSON) -> [UInt8] {
        .jsonObject {
            $0.add("type", "event")
            $0.add("event", event)
            $0.add("payload", payload)
        }
    }
}

/// An event's frame without its end: every connection adds its own sequence number, nothing else differs.
struct EventBody: Sendable {
    let bytes: SharedBytes

    init(_ bytes: SharedBytes) { self.bytes = bytes }

    /// `payload` must be one complete JSON value; `stateVersion` goes with `presence` and `health`.
    init(_ event: String, payload: [UInt8], stateVersion: StateVersion? = nil) {
        var writer = JSONWriter(capacity: payload.count + event.utf8.count + 112)
        Self.begin(event, in: &writer)
        writer.write(encoded: payload[...])
        if let stateVersion { writer.add("stateVersion", stateVersion.json) }
        Self.end(in: &writer)
        bytes = writer.withBytes { SharedBytes($0) }
    }

    /// Writes what stands before the payload.
    static func begin(_ event: String, in writer: inout JSONWriter) {
        writer.write(raw: #"{"type":"event","event":"#)
        writer.write(quoted: event)
        writer.write(raw: #","payload":"#)
    }

    /// Writes what stands between the payload and the connection's number.
    static func end(in writer: inout JSONWriter) { writer.write(raw: #","seq":"#) }

    /// What follows the shared bytes for one connection; short enough that the string needs no memory of its own.
    ///
    /// Numbers write themselves in a generic way that would cost as much as all the rest of sending.
    static func end(sequence: Int) -> String {
        var (digits, rest) = (1, sequence.magnitude)
        while rest >= 10 { (digits, rest) = (digits + 1, rest / 10) }
        return String(unsafeUninitializedCapacity: digits + 1) { buffer in
            var rest = sequence.magnitude
            for place in (0..<digits).reversed() {
                buffer[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
            buffer[digits] = UInt8(ascii: "}")
            return digits + 1
        }
    }
}

/// Counts the changes of presence and health, so that a client knows which of two answers is newer.
struct StateVersion: Sendable {
    var presence = 1
    var health = 1

    var json: JSON { ["presence": JSON(presence), "health": JSON(health)] }
}
