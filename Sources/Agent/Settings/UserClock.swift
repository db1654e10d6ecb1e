package import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The clock on the wall of the person an agent works for.
package struct UserClock: Sendable {
    /// `agents.defaults.timeFormat`.
    package enum Style: String, Sendable {
        case auto, twelve = "12", twentyFour = "24"
    }

    /// Nil: the clocks of the machine's own zone.
    package var zone: ZoneRules?
    /// `agents.defaults.userTimezone`, else what the machine calls its own zone (`TZ`).
    package var zoneName: String?
    package var style = Style.auto

    package init() {}

    /// `Sunday, 22 November 2026`.
    func date(_ moment: Timestamp) -> String {
        let day = CivilDay(days: local(moment).day)
        return "\(Self.weekdays[day.weekday]), \(day.day) \(Self.months[day.month - 1]) \(day.year)"
    }

    /// `15:27`, or `3:27 PM`.
    func time(_ moment: Timestamp) -> String {
        let minutes = Int(local(moment).milliseconds - local(moment).day * 86_400_000) / 60_000
        let (hour, minute) = (minutes / 60, minutes % 60)
        let padded = minute < 10 ? "0\(minute)" : "\(minute)"
        guard style == .twelve else { return "\(hour < 10 ? "0" : "")\(hour):\(padded)" }
        return "\((hour + 11) % 12 + 1):\(padded) \(hour < 12 ? "AM" : "PM")"
    }

    /// The last moment at which the clock showed this full hour.
    func last(_ hour: Int, before moment: Timestamp) -> Timestamp {
        let now = local(moment)
        var wanted = now.day * 86_400_000 + Int64(hour) * 3_600_000
        if wanted > now.milliseconds { wanted -= 86_400_000 }
        // Clocks may have been put forward or back since.
        let guess = Timestamp(milliseconds: wanted - (now.milliseconds - moment.milliseconds))
        return Timestamp(milliseconds: wanted - (local(guess).milliseconds - guess.milliseconds))
    }

    /// `Europe/Stockholm`, or what the machine calls its own.
    func place(_ moment: Timestamp) -> String {
        if let zoneName { return zoneName }
        return Self.host(moment).tm_zone.map { String(cString: $0) } ?? "UTC"
    }

    /// The moment as if the place's clock showed UTC.
    private func local(_ moment: Timestamp) -> Timestamp {
        let offset = zone?.offset(at: moment) ?? Self.host(moment).tm_gmtoff
        return Timestamp(milliseconds: moment.milliseconds &+ Int64(offset) * 1000)
    }

    private static func host(_ moment: Timestamp) -> tm {
        var seconds = time_t(moment.seconds)
        var parts = tm()
        localtime_r(&seconds, &parts)
        return parts
    }

    private static let weekdays = [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ]
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ]
}
