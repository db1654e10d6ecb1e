import Core
import TestSupport
import Testing

@testable import Agent
@testable import Store

struct SessionResetsTests {
    private func message(_ channel: ChannelID = "test", kind: ChatKind? = nil, thread: String? = nil)
        -> InboundMessage
    {
        InboundMessage(
            id: "1", address: Address(channel: channel, chat: "c", thread: thread),
            session: "agent:main:main",
            text: "hi", origin: kind.map { MessageOrigin(kind: $0, sender: Sender(id: "ann"), words: "hi") })
    }

    private func idle(_ resets: SessionResets, _ message: InboundMessage) -> Int64? {
        let now = Timestamp(milliseconds: 1_000_000)
        return resets.expiry(of: message, at: now, UserClock())?.usedBefore
            .map { (now.milliseconds - $0.milliseconds) / 1000 }
    }

    @Test func `a platform's own rule counts before that of the kind of chat`() {
        var resets = SessionResets()
        resets.rules = [
            .direct: .init(idle: .seconds(1)), .group: .init(idle: .seconds(2)),
            .thread: .init(idle: .seconds(3)),
        ]
        resets.channels = ["other": .init(idle: .seconds(4)), "never": .init()]

        #expect(idle(resets, message()) == 1)
        #expect(idle(resets, message(kind: .direct)) == 1)
        #expect(idle(resets, message(kind: .group)) == 2)
        #expect(idle(resets, message(kind: .channel)) == 2)
        #expect(idle(resets, message(kind: .group, thread: "7")) == 3)
        #expect(idle(resets, message("other", kind: .group)) == 4)
        #expect(resets.expiry(of: message("never"), at: .now, UserClock()) == nil)
        #expect(SessionResets().expiry(of: message(), at: .now, UserClock()) == nil)
    }

    @Test func `a daily end is the last such hour on the person's clock`() {
        var resets = SessionResets()
        resets.rules[.direct] = .init(dailyHour: 4)
        var clock = UserClock()
        clock.zone = ZoneRules(offset: 3_600)
        // Sunday, 22 November 2026, 23:30 in UTC; 0:30 an hour further east.
        let moment = Timestamp(milliseconds: 1_795_390_200_000)

        let expiry = resets.expiry(of: message(), at: moment, clock)

        #expect(expiry?.usedBefore == nil)
        #expect(expiry?.begunBefore == Timestamp(milliseconds: 1_795_390_200_000 - (20 * 60 + 30) * 60_000))
    }

    private nonisolated static let hours: [(moment: Int64, hour: Int, expected: Int64)] = [
        // 25 October 2026, 12:00 UTC: the clocks of Stockholm went back at 1:00 UTC, after which 4 o'clock came at 3:00 UTC.
        (1_792_929_600, 4, 1_792_929_600 - 9 * 3_600), (1_792_929_600, 1, 1_792_929_600 - 13 * 3_600),
        // 29 March 2026, 12:00 UTC: they went forward at 1:00 UTC, after which 4 o'clock came at 2:00 UTC.
        (1_774_785_600, 4, 1_774_785_600 - 10 * 3_600), (1_774_785_600, 1, 1_774_785_600 - 12 * 3_600),
        // To the second.
        (1_792_929_600, 13, 1_792_929_600), (1_792_929_599, 13, 1_792_929_600 - 25 * 3_600),
    ]

    @Test(arguments: hours)
    func `the clock may have been put forward or back since`(
        hour: (moment: Int64, hour: Int, expected: Int64)
    ) {
        var clock = UserClock()
        clock.zone = ZoneRules(tzif: ZoneFileBytes.of(ZoneFileBytes.stockholm))

        let last = clock.last(hour.hour, before: Timestamp(milliseconds: hour.moment * 1000))

        #expect(last.milliseconds == hour.expected * 1000)
    }
}
