import Core

/// One message of the gateway's socket.
struct GatewayFrame: Sendable {
    enum Opcode: Int, Sendable {
        case dispatch = 0
        case heartbeat = 1
        case identify = 2
        case resume = 6
        case reconnect = 7
        case invalidSession = 9
        case hello = 10
        case heartbeatAck = 11
    }

    /// Nil for one that is newer than this program.
    var opcode: Opcode?
    /// The event's number in its session.
    var sequence: Int?
    /// The event's name.
    var name: String?
    var data: JSON

    /// Nil when the bytes are no frame.
    init?(_ bytes: [UInt8]) {
        // A frame that makes no sense is treated as a broken connection.
        guard let json = try? JSON.parse(bytes), let number = json["op"]?.intValue
        else { return nil }
        opcode = Opcode(rawValue: number)
        sequence = json["s"]?.intValue
        name = json["t"]?.stringValue
        data = json["d"] ?? .null
    }

    static func text(_ opcode: Opcode, _ data: JSON) -> String {
        JSON.object(["op": JSON(opcode.rawValue), "d": data]).text
    }
}

/// Why the gateway closed the connection (gateway close event codes).
enum GatewayCloseCode {
    static let authenticationFailed = 4004
    static let invalidSequence = 4007
    static let sessionTimedOut = 4009
    static let invalidShard = 4010
    static let shardingRequired = 4011
    static let invalidVersion = 4012
    static let invalidIntents = 4013
    static let disallowedIntents = 4014
}

/// Groups of events that are asked for (gateway intents).
enum GatewayIntent {
    static let guilds = 1 << 0
    static let guildMembers = 1 << 1
    static let guildVoiceStates = 1 << 7
    static let guildPresences = 1 << 8
    static let guildMessages = 1 << 9
    static let guildMessageReactions = 1 << 10
    static let directMessages = 1 << 12
    static let directMessageReactions = 1 << 13
    static let messageContent = 1 << 15
}
