#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A moment as the wire and the store write it: whole milliseconds since 1970 in UTC.
package struct Timestamp: Hashable, Comparable, Sendable {
    package var milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// The clock at the first call and what has passed since: it does not jump when somebody sets the machine's clock.
    ///
    /// For what lasts a while and is not compared with what others wrote.
    package static var steady: Timestamp { steadyStart.wall + steadyStart.at.duration(to: .now) }

    private static let steadyStart = (wall: Timestamp.now, at: ContinuousClock.now)

    package var json: JSON { .integer(milliseconds) }

    /// Whole seconds since 1970, rounded down.
    package var seconds: Int64 { floored(by: 1000) }
    /// Whole days since 1970-01-01 in UTC, rounded down.
    package var day: Int64 { floored(by: 86_400_000) }

    private func floored(by size: Int64) -> Int64 {
        let (quotient, remainder) = milliseconds.quotientAndRemainder(dividingBy: size)
        return remainder < 0 ? quotient - 1 : quotient
    }

    package static func < (a: Timestamp, b: Timestamp) -> Bool { a.milliseconds < b.milliseconds }

    package static func + (moment: Timestamp, delay: Duration) -> Timestamp {
        Timestamp(milliseconds: (Duration.milliseconds(moment.milliseconds) + delay).milliseconds)
    }

    package static func - (moment: Timestamp, delay: Duration) -> Timestamp { moment + (.zero - delay) }

    package static func - (later: Timestamp, earlier: Timestamp) -> Duration {
        .milliseconds(later.milliseconds) - .milliseconds(earlier.milliseconds)
    }
}

extension Duration {
    /// Whole milliseconds, rounded towards zero; the largest or smallest number there is for what is beyond it.
    package var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, isBeyond) = seconds.multipliedReportingOverflow(by: 1000)
        let (sum, isBeyondToo) = whole.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        return isBeyond || isBeyondToo ? (seconds < 0 ? .min : .max) : sum
    }
}
