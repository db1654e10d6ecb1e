import Core
import Wire

/// Why a request did not do what was asked, by what the caller does next.
enum DiscordFailure: Error, Sendable, Hashable {
    /// Too many requests: the same one may succeed after this time.
    case limited(String, after: Duration)
    /// Nothing was sent.
    case unreachable(String)
    /// No answer, or one that says nothing: it may have been done or not.
    case unknown(String)
    /// Discord says no; `code` is one of its own, or 0.
    case refused(status: Int, code: Int, String)
    /// The token is not valid; nothing more is asked.
    case unauthorized(String)

    var reason: String {
        switch self {
        case .limited(let reason, _), .unreachable(let reason), .unknown(let reason),
            .refused(_, _, let reason),
            .unauthorized(let reason):
            reason
        }
    }

    /// Whether what was asked about is not there.
    func isMissing(_ codes: Int...) -> Bool {
        if case .refused(_, let code, _) = self { codes.contains(code) } else { false }
    }

    /// Whether a message without its files may be taken: one is missing or too large, or the bot may attach none.
    var isAboutFiles: Bool {
        guard case .refused(let status, let code, _) = self else { return false }
        return status == 0 || status == 413
            || [
                DiscordCode.tooLarge, DiscordCode.fileTooLarge, DiscordCode.invalidFile,
                DiscordCode.missingPermissions,
            ].contains(code)
    }

    /// Whether other words may be taken in the place of these.
    var isAboutWords: Bool {
        isMissing(DiscordCode.blockedByAutoMod, DiscordCode.blockedTitle, DiscordCode.harmfulLink)
    }

    /// What the outbox does about it.
    var delivery: DeliveryError {
        switch self {
        case .limited(let reason, let delay): .retry(reason, after: delay)
        case .unreachable(let reason): .retry(reason)
        case .unknown(let reason): .unknown(reason)
        case .refused(let status, let code, let reason):
            status == 403 || DiscordCode.closed.contains(code) ? .closed(reason) : .refused(reason)
        // The account stops, and starts again when it is let in: what waits is for then.
        case .unauthorized(let reason): .retry(reason)
        }
    }

    /// What the supervisor does about it.
    var channel: ChannelError {
        switch self {
        case .unauthorized(let reason): .refused(reason)
        case .limited(let reason, let delay): .lost(reason, retryAfter: delay)
        case .unreachable(let reason), .unknown(let reason), .refused(_, _, let reason): .lost(reason)
        }
    }
}

/// Codes of Discord's that something depends on (JSON error codes).
enum DiscordCode {
    static let unknownChannel = 10003
    /// Of refusals that have another status than 403: no channel, no server, nothing can be written there, archived.
    static let closed = [unknownChannel, 10004, 50008, 50083]
    static let unknownWebhook = 10015
    static let unknownInteraction = 10062
    static let unknownVoiceState = 10065
    static let tooLarge = 40005
    static let fileTooLarge = 50045
    static let invalidFile = 50046
    /// It may not read there what it would point at.
    static let mayNotReply = 160_002
    static let blockedByAutoMod = 200_000
    static let blockedTitle = 200_001
    static let harmfulLink = 240_000
    static let missingPermissions = 50013
    static let invalidWebhookToken = 50027
    static let forumTakesPosts = 40058
    static let searchIsNotReady = 110_000
}
