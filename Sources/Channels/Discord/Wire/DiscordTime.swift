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
        let days = CivilDay(year: year, month: Int(month), day: Int(day)).days
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second
        return Timestamp(milliseconds: seconds * 1000)
    }
}
