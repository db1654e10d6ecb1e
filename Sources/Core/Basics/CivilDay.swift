/// A day of the proleptic Gregorian calendar.
package struct CivilDay: Sendable, Hashable {
    package let year: Int64
    /// From 1.
    package let month: Int
    /// From 1.
    package let day: Int
    /// Since 1970-01-01.
    package let days: Int64

    /// The day so many days after 1970-01-01.
    package init(days: Int64) {
        self.days = days
        // Counted from 0000-03-01, so that the leap day is the last of its year.
        let shifted = days + 719_468
        let (quotient, remainder) = shifted.quotientAndRemainder(dividingBy: 146_097)
        let era = remainder < 0 ? quotient - 1 : quotient
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        month = Int(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9)
        day = Int(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Days beyond the month's end run on into the next one.
    package init(year: Int64, month: Int, day: Int) {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let monthFromMarch = Int64(month > 2 ? month - 3 : month + 9)
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + Int64(day) - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        self.init(days: era * 146_097 + dayOfEra - 719_468)
    }

    /// 0 is Sunday.
    package var weekday: Int {
        let rest = Int((days + 4) % 7)
        return rest < 0 ? rest + 7 : rest
    }
}
