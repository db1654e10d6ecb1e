import Core
import Testing

struct TimestampTests {
    @Test func `moments and durations add up`() {
        let moment = Timestamp(milliseconds: 1_000)

        #expect(moment + .seconds(2) == Timestamp(milliseconds: 3_000))
        #expect(moment + .milliseconds(-1) == Timestamp(milliseconds: 999))
        #expect(moment + .seconds(2) - moment == .seconds(2))
        #expect(moment < moment + .milliseconds(1))
        #expect(moment.json == 1_000)
    }

    @Test(
        arguments: [(.microseconds(1_999), 1), (.microseconds(-1_999), -1), (.seconds(3), 3_000), (.zero, 0)]
            as [(Duration, Int64)])
    func `milliseconds are rounded towards zero`(duration: Duration, milliseconds: Int64) {
        #expect(duration.milliseconds == milliseconds)
    }

    @Test func `what is beyond all milliseconds is the last of them`() {
        #expect(Duration.seconds(Int64.max).milliseconds == .max)
        #expect(Duration.seconds(Int64.min).milliseconds == .min)
        #expect(Timestamp(milliseconds: .max) + .seconds(1) == Timestamp(milliseconds: .max))
        #expect((Timestamp(milliseconds: .max) - Timestamp(milliseconds: .min)).milliseconds == .max)
    }

    @Test func `now is after this was written`() {
        #expect(Timestamp.now > Timestamp(milliseconds: 1_750_000_000_000))
    }
}
