import Core
import Testing

@testable import Agent

struct UserClockTests {
    /// Sunday, 22 November 2026, 23:30 in UTC.
    private let moment = Timestamp(milliseconds: 1_795_390_200_000)

    @Test(arguments: [
        (0, UserClock.Style.auto, "Sunday, 22 November 2026", "23:30"),
        (3_600, .twentyFour, "Monday, 23 November 2026", "00:30"),
        (3_600, .twelve, "Monday, 23 November 2026", "12:30 AM"),
        (-36_000, .twelve, "Sunday, 22 November 2026", "1:30 PM"),
    ])
    func `day and time are those of the person's zone`(
        offset: Int, style: UserClock.Style, date: String, time: String
    ) {
        var clock = UserClock()
        clock.zone = ZoneRules(offset: offset)
        clock.style = style

        #expect(clock.date(moment) == date)
        #expect(clock.time(moment) == time)
    }
}
