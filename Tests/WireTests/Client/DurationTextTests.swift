import Testing

@testable import Wire

struct DurationTextTests {
    /// The table of Core's `Duration.text`.
    @Test(
        arguments: [
            (.zero, "0s"), (.seconds(-5), "0s"), (.microseconds(10), "0s"), (.milliseconds(850), "850ms"),
            (.seconds(1), "1s"), (.milliseconds(1_560), "1.5s"), (.seconds(12) + .nanoseconds(1), "12s"),
            (.milliseconds(59_999), "59s"), (.seconds(120), "2m"), (.seconds(192), "3m 12s"),
            (.seconds(7_500), "2h 5m"), (.seconds(7_259), "2h"), (.seconds(4 * 86_400 + 3_600), "4d 1h"),
        ] as [(Duration, String)])
    func `a limit is told as every time is`(duration: Duration, text: String) {
        #expect(duration.text == text)
    }
}
