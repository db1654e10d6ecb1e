import Core

/// Keeps requests within Discord's limits, as its headers tell them: one for each route and place, and one for all.
///
/// Times are spans, never moments of Discord's clock, so that a wrong clock on either side does no harm.
@MainActor
final class RateLimits {
    /// Longest wait for a place, in seconds of the caller's time; beyond it the caller is told to come back.
    static let patience = Duration.seconds(5)
    /// Discord takes 50 a second from a bot; some are left for clocks that do not beat alike.
    static let mostEachSecond = 45
    /// Requests refused with 401, 403 or 429 in ten minutes after which we fall silent: Discord bans at 10,000.
    static let mostRefusals = 5000
    private static let refusalWindow = Duration.seconds(600)
    /// Buckets kept; those whose time is over go first.
    private static let mostBuckets = 2000
    /// Discord counts from when it hears of a request, a little after we send it.
    private static let margin = Duration.milliseconds(30)

    private struct Bucket {
        var limit = 1
        var left = 1
        var endsAt: ContinuousClock.Instant?
        /// Sent and not yet answered.
        var underWay = 0
        var isKnown = false
        var answered = Gate()

        /// How many may be sent is not known before the answer to what is under way.
        var mustWaitForAnswer: Bool { underWay > 0 && (!isKnown || left <= 0 && endsAt == nil) }
    }

    /// Discord's name of a route's bucket; routes may share one.
    private var names: [String: String] = [:]
    private var buckets: [String: Bucket] = [:]
    private var everythingWaitsUntil: ContinuousClock.Instant?
    private var secondBegan = ContinuousClock.now
    private var sentThisSecond = 0
    private var refusals = RefusalCount(window: refusalWindow)
    /// As long as Discord has asked everything to wait.
    private var wholeWait = Duration.zero
    private var refusalsSinceKept = 0
    /// Refusals after which a new start has to know of them.
    private static let keptStep = 100

    /// The bucket that a request was counted in.
    struct Ticket {
        fileprivate let route: DiscordRoute
        fileprivate let key: String
    }

    /// Returns when the request may be sent; every admission ends with `answered`.
    func admit(_ route: DiscordRoute) async throws(DiscordFailure) -> Ticket {
        while true {
            let now = ContinuousClock.now
            try checkRefusals(now)
            if let wait = wait(for: route, now) {
                guard wait <= Self.patience else {
                    throw .limited(
                        "Discord asks to wait \(wait.roundedUpSeconds) s before the next request.",
                        after: wait)
                }
                // A cancelled task does not wait; its request is cancelled, too.
                try? await Task.sleep(for: wait)
                if Task.isCancelled { throw .unreachable("The request was cancelled.") }
                continue
            }
            let key = key(route)
            if let bucket = buckets[key], bucket.mustWaitForAnswer {
                await bucket.answered.wait()
                if Task.isCancelled { throw .unreachable("The request was cancelled.") }
                continue
            }
            take(route, key, now)
            return Ticket(route: route, key: key)
        }
    }

    /// Takes in what an answer says; `refusedFor` is how long a 429 asks to wait.
    func answered(
        _ ticket: Ticket, _ headers: LimitHeaders?, refusedFor wait: Duration? = nil, isForAll: Bool = false,
        isRefusal: Bool = false
    ) {
        let now = ContinuousClock.now
        let route = ticket.route
        release(ticket.key)
        if isRefusal {
            refusals.add(at: now)
            refusalsSinceKept += 1
        }
        if let headers { learn(route, headers, from: ticket.key, now) }
        guard let wait else { return }
        if isForAll {
            everythingWaitsUntil = now + wait + Self.margin
            wholeWait = wait
            refusalsSinceKept = Self.keptStep
        } else {
            let key = key(route)
            buckets[key, default: Bucket()].left = 0
            buckets[key]?.isKnown = true
            buckets[key]?.endsAt = now + wait + Self.margin
        }
    }

    // MARK: On disk

    /// What a new start has to know, where that is news: `{until, milliseconds, refusals, countedAt}`.
    func takeNews() -> JSON? {
        guard refusalsSinceKept >= Self.keptStep else { return nil }
        refusalsSinceKept = 0
        let now = ContinuousClock.now
        let left = everythingWaitsUntil.map { now.duration(to: $0) } ?? .zero
        return [
            "until": (Timestamp.now + left).json, "milliseconds": JSON(Int(wholeWait.milliseconds)),
            "refusals": JSON(refusals.count(at: now)), "countedAt": Timestamp.now.json,
        ]
    }

    /// Takes up what `takeNews` gave.
    func restore(_ kept: JSON) {
        let now = ContinuousClock.now
        if let until = kept["until"]?.intValue, let whole = kept["milliseconds"]?.intValue {
            // A clock that was set back does not make the wait longer.
            let left = min(Timestamp(milliseconds: Int64(until)) - .now, .milliseconds(whole))
            everythingWaitsUntil = max(everythingWaitsUntil ?? now, now + left)
        }
        if let countedAt = kept["countedAt"]?.intValue, let count = kept["refusals"]?.intValue,
            Timestamp.now - Timestamp(milliseconds: Int64(countedAt)) < Self.refusalWindow
        {
            // Some of them may be known.
            refusals.add(max(0, count - refusals.count(at: now)), at: now)
        }
    }

    // MARK: Inside

    private func key(_ route: DiscordRoute) -> String { "\(names[route.key] ?? route.key) \(route.major)" }

    private func checkRefusals(_ now: ContinuousClock.Instant) throws(DiscordFailure) {
        guard refusals.count(at: now) >= Self.mostRefusals else { return }
        throw .limited(
            "Discord refused \(Self.mostRefusals) requests within ten minutes; nothing more is sent for a while, because it "
                + "bans whoever goes on.", after: .seconds(60))
    }

    private func wait(for route: DiscordRoute, _ now: ContinuousClock.Instant) -> Duration? {
        if route.needsToken {
            if let until = everythingWaitsUntil, until > now { return now.duration(to: until) }
            if now >= secondBegan + .seconds(1) {
                secondBegan = now
                sentThisSecond = 0
            }
            if sentThisSecond >= Self.mostEachSecond { return now.duration(to: secondBegan + .seconds(1)) }
        }
        let key = key(route)
        guard var bucket = buckets[key], let end = bucket.endsAt else { return nil }
        if end <= now {
            bucket.left = max(1, bucket.limit - bucket.underWay)
            bucket.endsAt = nil
            buckets[key] = bucket
            return nil
        }
        return bucket.left > 0 ? nil : now.duration(to: end)
    }

    private func take(_ route: DiscordRoute, _ key: String, _ now: ContinuousClock.Instant) {
        if route.needsToken { sentThisSecond += 1 }
        if buckets.count >= Self.mostBuckets { forgetOldBuckets(now) }
        buckets[key, default: Bucket()].left -= 1
        buckets[key]?.underWay += 1
    }

    private func release(_ key: String) {
        guard let bucket = buckets[key] else { return }
        buckets[key]?.underWay = max(0, bucket.underWay - 1)
        bucket.answered.open()
        buckets[key]?.answered = Gate()
    }

    private func learn(
        _ route: DiscordRoute, _ headers: LimitHeaders, from oldKey: String, _ now: ContinuousClock.Instant
    ) {
        names[route.key] = headers.bucket
        let key = key(route)
        var bucket = buckets[key] ?? Bucket()
        let end = now + headers.resetAfter + Self.margin
        // Answers may overtake each other: within one window the smallest number left is the newest.
        let isSameWindow = bucket.isKnown && bucket.endsAt.map { $0 > now } == true
        let left = headers.left - (key == oldKey ? bucket.underWay : 0)
        bucket.left = isSameWindow ? min(bucket.left, left) : left
        bucket.limit = headers.limit
        bucket.endsAt = isSameWindow ? max(bucket.endsAt ?? end, end) : end
        bucket.isKnown = true
        buckets[key] = bucket
        if key != oldKey, let old = buckets[oldKey], old.underWay == 0 { buckets[oldKey] = nil }
    }

    private func forgetOldBuckets(_ now: ContinuousClock.Instant) {
        buckets = buckets.filter { $0.value.underWay > 0 || $0.value.endsAt.map { $0 > now } == true }
        if names.count > Self.mostBuckets { names = [:] }
    }
}

/// What the headers `X-RateLimit-…` of an answer say.
struct LimitHeaders: Sendable, Hashable {
    var bucket: String
    var limit: Int
    var left: Int
    var resetAfter: Duration

    init(bucket: String, limit: Int, left: Int, resetAfter: Duration) {
        self.bucket = bucket
        self.limit = limit
        self.left = left
        self.resetAfter = resetAfter
    }

    /// `header` gives a header's value; nil when one is missing or no number.
    init?(_ header: (String) -> String?) {
        guard let bucket = header("X-RateLimit-Bucket"),
            let limit = header("X-RateLimit-Limit").flatMap(Int.init),
            let left = header("X-RateLimit-Remaining").flatMap(Int.init),
            let seconds = header("X-RateLimit-Reset-After").flatMap(Double.init), seconds >= 0, seconds < 1e7
        else { return nil }
        self.init(bucket: bucket, limit: max(1, limit), left: left, resetAfter: .seconds(seconds))
    }
}

/// How many refusals there were lately, in ten pieces.
private struct RefusalCount {
    let window: Duration
    private var pieces: [(began: ContinuousClock.Instant, count: Int)] = []

    init(window: Duration) { self.window = window }

    mutating func add(_ number: Int = 1, at now: ContinuousClock.Instant) {
        if let last = pieces.last, last.began.duration(to: now) < window / 10 {
            pieces[pieces.count - 1].count += number
        } else {
            pieces.append((now, number))
        }
    }

    mutating func count(at now: ContinuousClock.Instant) -> Int {
        pieces.removeAll { $0.began.duration(to: now) > window }
        return pieces.reduce(0) { $0 + $1.count }
    }
}

extension Duration {
    /// For people.
    var roundedUpSeconds: Int { Int((milliseconds + 999) / 1000) }
}
