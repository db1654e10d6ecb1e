package import Core
import Store

/// Which conversations end by themselves, and when: `session.reset` and what stands over it (features.md 2.16).
package struct SessionResets: Sendable, Hashable {
    /// When one kind of conversation ends: whichever comes first.
    package struct Rule: Sendable, Hashable {
        /// At this hour of each day, on the person's clock.
        package var dailyHour: Int?
        /// When nothing has been said for so long.
        package var idle: Duration?

        package init(dailyHour: Int? = nil, idle: Duration? = nil) {
            self.dailyHour = dailyHour
            self.idle = idle
        }
    }

    /// What kind of conversation it is.
    package enum Kind: Sendable {
        case direct, group, thread
    }

    package var rules: [Kind: Rule] = [:]
    /// These platforms have a rule of their own for all their conversations; one with nothing in it never ends them.
    package var channels: [ChannelID: Rule] = [:]

    package init() {}

    /// Nil for a conversation that never ends by itself.
    func expiry(of message: InboundMessage, at now: Timestamp, _ clock: UserClock) -> SessionExpiry? {
        guard let rule = channels[message.address.channel] ?? rules[Self.kind(of: message)],
            rule != Rule()
        else { return nil }
        return SessionExpiry(
            begunBefore: rule.dailyHour.map { clock.last($0, before: now) },
            usedBefore: rule.idle.map { now + (.zero - $0) })
    }

    private static func kind(of message: InboundMessage) -> Kind {
        if message.address.thread != nil { return .thread }
        return message.origin?.kind ?? .direct == .direct ? .direct : .group
    }
}
