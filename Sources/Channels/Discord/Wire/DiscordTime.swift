import Core

/// Moments as Discord writes them: `2026-01-29T08:05:03.120000+00:00`.
enum DiscordTime {
    /// Nil when the text is no such moment; what is after the seconds is left out.
    static func parse(_ text: String) -> Timestamp? {
        let digits = text.split { !$0.isASCII || !$0.isNumber }.prefix(6).map { Int64($0) }
        guard digits.count == 6, text.count >= 19, let year = digits[0], let month = digits[1],
            let day = digits[2],
            let hour = digits[3], let minute = digits[4], let second = digits[5],
            (1970...9999).contains(year),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
        return Timestamp(milliseconds: seconds * 1000)
    }

    /// Days since 1970 in the Gregorian calendar, counted from March so that the leap day comes last.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let y = month <= 2 ? year - 1 : year
        let monthFromMarch = (month + 9) % 12
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        return y * 365 + y / 4 - y / 100 + y / 400 + dayOfYear - 719_468
    }
}
