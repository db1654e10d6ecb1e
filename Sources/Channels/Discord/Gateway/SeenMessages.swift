import Core

/// The last message that was taken in, for each channel that is listened to.
///
/// Where a session could not be resumed, reading goes on from there.
struct SeenMessages: Sendable, Hashable {
    /// Places remembered; those that were quiet longest go first.
    static let mostPlaces = 1000

    private var last: [Snowflake: Snowflake] = [:]
    private var direct: Set<Snowflake> = []

    init() {}

    subscript(place: Snowflake) -> Snowflake? { last[place] }

    /// Places of direct messages, the latest first.
    var directPlaces: [Snowflake] { direct.sorted { (last[$0]?.rawValue ?? 0) > (last[$1]?.rawValue ?? 0) } }

    /// Returns whether anything changed.
    mutating func saw(_ message: Snowflake, in place: Snowflake, isDirect: Bool) -> Bool {
        guard message > last[place] ?? Snowflake(rawValue: 0) else { return false }
        if last[place] == nil, last.count >= Self.mostPlaces { forgetQuietest() }
        last[place] = message
        if isDirect { direct.insert(place) }
        return true
    }

    /// A message that could not be taken in, of a direct chat that nothing else tells of; whether anything changed.
    mutating func missed(_ message: Snowflake, inDirect place: Snowflake) -> Bool {
        guard last[place] == nil, message.rawValue > 0 else { return false }
        return saw(Snowflake(rawValue: message.rawValue - 1), in: place, isDirect: true)
    }

    private mutating func forgetQuietest() {
        guard let quietest = last.min(by: { $0.value < $1.value })?.key else { return }
        last[quietest] = nil
        direct.remove(quietest)
    }

    var json: JSON {
        var object = JSONObject()
        for (place, message) in last {
            object[place.description] = direct.contains(place) ? [message.json, "direct"] : [message.json]
        }
        return .object(object)
    }

    init(json: JSON?) {
        for (place, value) in json?.objectValue ?? [:] {
            guard let place = Snowflake(place), let message = Snowflake(value.arrayValue?.first),
                last.count < Self.mostPlaces
            else { continue }
            last[place] = message
            if value.arrayValue?.last == "direct" { direct.insert(place) }
        }
    }
}

/// What has been seen, and whether that has been saved.
@MainActor
final class SeenLog {
    private var messages = SeenMessages()
    private var isUnsaved = false
    /// Whether a direct chat is known that was not before.
    private(set) var hasUnsavedDirect = false

    subscript(place: Snowflake) -> Snowflake? { messages[place] }

    /// Places of direct messages, the latest first.
    var directPlaces: [Snowflake] { messages.directPlaces }

    func load(_ json: JSON?) { messages = SeenMessages(json: json) }

    func saw(_ message: Snowflake, in place: Snowflake, isDirect: Bool) {
        if isDirect && messages[place] == nil { hasUnsavedDirect = true }
        if messages.saw(message, in: place, isDirect: isDirect) { isUnsaved = true }
    }

    /// A message that could not be taken in, of a direct chat that nothing else tells of.
    func missed(_ message: Snowflake, inDirect place: Snowflake) {
        if messages.missed(message, inDirect: place) { (isUnsaved, hasUnsavedDirect) = (true, true) }
    }

    /// What has been seen, if that has changed since the last call.
    func unsaved() -> JSON? {
        guard isUnsaved else { return nil }
        (isUnsaved, hasUnsavedDirect) = (false, false)
        return messages.json
    }
}
