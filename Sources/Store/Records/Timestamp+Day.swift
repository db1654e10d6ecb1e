package import Core

extension Timestamp {
    /// The date in UTC as `2026-02-17`, by the proleptic Gregorian calendar.
    package var utcDay: String {
        let date = CivilDay(days: day)
        return
            "\(Self.padded(date.year, 4))-\(Self.padded(Int64(date.month), 2))-\(Self.padded(Int64(date.day), 2))"
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
