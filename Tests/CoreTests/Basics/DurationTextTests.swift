import Core
import Testing

struct DurationTextTests {
    @Test(
        arguments: [
            (.zero, "0s"), (.seconds(-5), "0s"), (.microseconds(10), "0s"), (.milliseconds(850), "850ms"),
            (.seconds(1), "1s"), (.milliseconds(1_560), "1.5s"), (.seconds(12) + .nanoseconds(1), "12s"),
            (.milliseconds(59_999), "59s"), (.seconds(120), "2m"), (.seconds(192), "3m 12s"),
            (.seconds(7_500), "2h 5m"), (.seconds(7_259), "2h"), (.seconds(4 * 86_400 + 3_600), "4d 1h"),
            (.seconds(Int64.max), "106751991167d 7h"),
        ] as [(Duration, String)])
    func `a time is told as people say it`(duration: Duration, text: String) {
        #expect(duration.text == text)
    }

    @Test func `a time that goes on has no fractions`() {
        #expect(Duration.milliseconds(1_560).wholeSecondsText == "1s")
        #expect(Duration.milliseconds(999).wholeSecondsText == "0s")
    }
}
