#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Coarse time that costs a few nanoseconds to read, for deadlines of seconds.
package enum LoopClock {
    /// Seconds since the machine started; never goes back.
    package static var seconds: Int { read(monotonic) }

    /// Seconds since 1970 by the machine's clock.
    package static var wallSeconds: Int { read(realtime) }

    #if canImport(Glibc)
        private static let monotonic = CLOCK_MONOTONIC_COARSE
        private static let realtime = CLOCK_REALTIME_COARSE
    #else
        private static let monotonic = CLOCK_MONOTONIC_RAW_APPROX
        private static let realtime = CLOCK_REALTIME
    #endif

    private static func read(_ clock: clockid_t) -> Int {
        var time = timespec()
        clock_gettime(clock, &time)
        return time.tv_sec
    }
}
