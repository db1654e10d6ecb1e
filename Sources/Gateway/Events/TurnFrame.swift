import Core
import Wire

/// One event of a run, encoded once for all who get it; only clients that spell the session's key in their own way get
/// another copy.
struct TurnFrame {
    enum Audience {
        case all
        /// Those with the capability `tool-events`; who follows the session's messages gets it as `session.tool`.
        case toolEvents
    }

    let event: String
    let audience: Audience
    let isDroppable: Bool
    /// Ends what people wait for; the steps on the way there may share a system call.
    let isUrgent: Bool
    /// For all who know the session by its own key.
    let body: EventBody
    private let session: SessionKey
    /// Where the key stands in the body, with its quotes.
    private let keyPlace: Range<Int>
    private let payloadPlace: Range<Int>

    /// `members` writes what stands in the payload after the run and the session's key.
    init(
        _ event: String, run: RunID, session: SessionKey, audience: Audience = .all,
        isDroppable: Bool = false, isUrgent: Bool = false, members: (inout JSONWriter) -> Void
    ) {
        self.event = event
        self.session = session
        self.audience = audience
        self.isDroppable = isDroppable
        self.isUrgent = isUrgent
        var writer = JSONWriter()
        EventBody.begin(event, in: &writer)
        let payloadStart = writer.count
        writer.write(raw: #"{"runId":"#)
        writer.write(quoted: run.rawValue)
        writer.write(raw: #","sessionKey":"#)
        let keyStart = writer.count
        writer.write(quoted: session.rawValue)
        keyPlace = keyStart..<writer.count
        members(&writer)
        writer.write(raw: "}")
        payloadPlace = payloadStart..<writer.count
        EventBody.end(in: &writer)
        body = EventBody(writer.withBytes { SharedBytes($0) })
    }

    /// For a client that calls the session `key`.
    func body(spelling key: String) -> EventBody {
        if key == session.rawValue { return body }
        return EventBody(
            body.bytes.withUnsafeBytes { bytes in
                var spelled = Array(bytes[..<keyPlace.lowerBound])
                spelled += key.quotedJSON.utf8
                spelled += bytes[keyPlace.upperBound...]
                return spelled.withUnsafeBytes { SharedBytes($0) }
            })
    }

    /// As an event of another name.
    func body(as event: String) -> EventBody {
        EventBody(event, payload: body.bytes.withUnsafeBytes { Array($0[payloadPlace]) })
    }
}
