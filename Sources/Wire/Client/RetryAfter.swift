/// Reads the `Retry-After` header (RFC 9110 §10.2.3).
package enum RetryAfter {
    /// The delay for a number of seconds or an HTTP date; nil when `value` is neither.
    ///
    /// Never negative, at most a year.
    package static func delay(_ value: String, now: Int64) -> Duration? {
        let text = value.drop { $0 == " " }
        if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return .seconds(min(Int64(text) ?? longestSeconds, longestSeconds))
        }
        // Some vendors send a fraction of a second.
        if text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2e }), let seconds = Double(text) {
            return .seconds(min(seconds, Double(longestSeconds)))
        }
        return secondsSince1970(of: String(text)).map { .seconds(min(max($0 - now, 0), longestSeconds)) }
    }

    private static let longestSeconds: Int64 = 366 * 24 * 3600
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// `Sun, 06 Nov 1994 08:49:37 GMT`, or the two older forms that RFC 9110 §5.6.7 still asks for.
    static func secondsSince1970(of text: String) -> Int64? {
        let parts = text.split(whereSeparator: { " ,-".contains($0) }).map(String.init)
        guard parts.count == 5 || parts.count == 6 else { return nil }
        let isOldest = months.contains(parts[1])
        let (day, month, year, clock) =
            isOldest ? (parts[2], parts[1], parts[4], parts[3]) : (parts[1], parts[2], parts[3], parts[4])
        guard isOldest || parts.last == "GMT", let dayNumber = Int64(day), (1...31).contains(dayNumber),
            let monthIndex = months.firstIndex(of: month), var yearNumber = Int64(year), yearNumber >= 0,
            let seconds = secondsOfDay(clock)
        else { return nil }
        if year.count == 2 { yearNumber += yearNumber < 70 ? 2000 : 1900 }
        guard yearNumber <= 9999 else { return nil }
        return daysSince1970(yearNumber, Int64(monthIndex + 1), dayNumber) * 86_400 + seconds
    }

    private static func secondsOfDay(_ clock: String) -> Int64? {
        let parts = clock.split(separator: ":").compactMap { Int64($0) }
        guard parts.count == 3, (0..<24).contains(parts[0]), (0..<60).contains(parts[1]),
            (0...60).contains(parts[2])
        else { return nil }
        return parts[0] * 3600 + parts[1] * 60 + parts[2]
    }

    /// Days in the Gregorian calendar, counted from March so that the leap day comes last.
    private static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let y = month <= 2 ? year - 1 : year
        let monthFromMarch = (month + 9) % 12
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        let days = y * 365 + y / 4 - y / 100 + y / 400 + dayOfYear
        return days - 719_468
    }
}
