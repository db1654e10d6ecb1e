import Core

/// One event of a run, encoded but for the session key: clients get it in different spellings.
struct TurnFrame {
    enum Audience {
        case all
        /// Those with the capability `tool-events`; who follows the session's messages gets it as `session.tool`.
        case toolEvents
    }

    let event: String
    let audience: Audience
    let isDroppable: Bool
    private let head: [UInt8]
    private let tail: [UInt8]

    /// `fields` are the members before the key, `rest` those after it; both without braces around.
    init(
        _ event: String, run: RunID, audience: Audience = .all, isDroppable: Bool = false,
        _ members: JSONObject
    ) {
        self.event = event
        self.audience = audience
        self.isDroppable = isDroppable
        var head = Array("{\"runId\":".utf8)
        JSON.string(run.rawValue).write(into: &head)
        head.append(contentsOf: ",\"sessionKey\":".utf8)
        self.head = head
        var tail = JSON.object(members).encoded()
        if members.isEmpty { tail = [UInt8(ascii: "}")] } else { tail[0] = UInt8(ascii: ",") }
        self.tail = tail
    }

    func payload(key: String) -> [UInt8] {
        var bytes = head
        bytes.reserveCapacity(head.count + tail.count + key.utf8.count + 2)
        JSON.string(key).write(into: &bytes)
        bytes.append(contentsOf: tail)
        return bytes
    }
}
