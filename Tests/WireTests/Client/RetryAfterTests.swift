import Testing

@testable import Wire

struct RetryAfterTests {
    /// Sun, 06 Nov 1994 08:49:37 GMT, RFC 9110's own example.
    static let example: Int64 = 784_111_777

    @Test(arguments: [
        ("120", 120), ("0", 0), (" 7", 7), ("99999999999999999999", 366 * 24 * 3600),
    ])
    func `a number is seconds`(text: String, seconds: Int) {
        #expect(RetryAfter.delay(text, now: 0) == .seconds(seconds))
    }

    @Test func `a fraction of a second is understood`() {
        #expect(RetryAfter.delay("1.5", now: 0) == .milliseconds(1500))
    }

    @Test(arguments: [
        "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
    ])
    func `all three forms of a date are understood`(text: String) {
        #expect(RetryAfter.delay(text, now: Self.example - 30) == .seconds(30))
        #expect(RetryAfter.delay(text, now: Self.example + 30) == .zero)
    }

    @Test(arguments: [
        ("Thu, 01 Jan 1970 00:00:10 GMT", 10), ("Thu, 29 Feb 2024 00:00:00 GMT", 1_709_164_800),
        ("Fri, 01 Mar 2024 00:00:00 GMT", 1_709_251_200), ("Wed, 31 Dec 2099 23:59:59 GMT", 4_102_444_799),
    ])
    func `dates count right over leap years`(text: String, seconds: Int64) {
        #expect(RetryAfter.delay(text, now: seconds - 5) == .seconds(5))
    }

    @Test(arguments: [
        "", "soon", "-5", "nan", "inf", "Sun, 06 Nov 1994", "Sun, 06 Foo 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 99 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT",
        "Sun, 06 Nov 99999999999999999 08:49:37 GMT", "0x10",
    ])
    func `anything else is nothing`(text: String) {
        #expect(RetryAfter.delay(text, now: 0) == nil)
    }

    @Test func `milliseconds go before seconds`() {
        let head = WebReplyHead(status: 429, headers: [("Retry-After", "9"), ("Retry-After-Ms", "250")])
        #expect(head.retryAfter(now: 0) == .milliseconds(250))
    }
}
