import Core

/// Two gateways with one bot's token: Discord tells both of every message, and only one may answer.
///
/// The one that has been on Discord longer goes on. The other sees an answer of it, stands down, and keeps what people
/// write until the first has answered it; when the first is silent about it for `patience`, it takes over.
struct TokenRivalry: Sendable, Hashable {
    /// A turn with tools takes its time, and a person waits.
    static let firstPatience = Duration.seconds(45)
    /// For an elder that is there and says nothing to some messages.
    static let longestPatience = Duration.seconds(900)
    /// After so long without being wrong, being silent means again that the other is gone.
    private static let forgivingTime = Duration.seconds(3600)
    /// An answer that is so old is not given again; before that, the elder's own shows the other that it is there.
    static let lateness = Duration.seconds(30)
    /// What was read and is older says nothing of who is there now.
    private static let freshness = Duration.seconds(300)
    /// Places remembered, about 100 bytes each; beyond it those without a waiting message are forgotten.
    static let mostPlaces = 1000
    /// Messages that wait in a place, as many as are read at once; of more, the oldest are left out.
    static let mostWaiting = 1000

    /// Our own number.
    let own: UInt64
    /// The number that the state directory had on another machine: a gateway there may still use it.
    private(set) var former: UInt64?
    /// The machine that has our number, where the host names it.
    var machine: String?
    private(set) var isStandingDown = false
    /// Messages that nobody has answered yet, the oldest first, by place.
    private(set) var waiting: [Snowflake: [Snowflake]] = [:]
    /// Answers of another gateway, or of this one in a past that it does not remember, by place.
    private var answers: [Snowflake: Answers] = [:]
    /// Since when the other is silent while something waits for it.
    private var quietSince: ContinuousClock.Instant?
    private var lastTakeOver: ContinuousClock.Instant?
    private var takeOvers = 0

    /// What is remembered of commands that were answered before their turn, in a place.
    private static let mostAsides = 100

    private struct Answer: Sendable, Hashable {
        let asked: Snowflake
        let message: Snowflake
    }

    private struct Answers: Sendable, Hashable {
        /// What was said up to then is answered with it.
        var newest: Answer?
        var asides: [Answer] = []

        func answer(to message: Snowflake) -> Answer? {
            if let newest, newest.asked >= message { return newest }
            return asides.first { $0.asked == message }
        }
    }

    /// What seeing a message of our bot has changed.
    enum Change: Sendable, Hashable {
        case none
        /// An elder gateway answers: from now on this one does not.
        case standsDown
        /// A younger gateway answers, too.
        case isElder
    }

    /// What is to be done with an answer.
    enum Verdict: Sendable, Hashable {
        case say
        /// The other may say it.
        case wait
        /// The other has said it, with this message.
        case answered(Snowflake)
    }

    init(own: UInt64) { self.own = own }

    /// On another machine, with a number of its own; what waits is taken along.
    mutating func move(to machine: String, as own: UInt64) {
        var moved = TokenRivalry(own: own)
        (moved.former, moved.machine, moved.waiting) = (self.own, machine, waiting)
        self = moved
    }

    // MARK: The other

    /// A message of our bot with a mark; `isLive` unless it was read afterwards.
    mutating func saw(
        _ mark: PostMark, _ message: Snowflake, in place: Snowflake, isLive: Bool,
        at now: ContinuousClock.Instant, today: Timestamp
    ) -> Change {
        guard mark.gateway != own else { return .none }
        note(mark, on: message, in: place)
        guard isLive || today - message.timestamp < Self.freshness else { return .none }
        guard mark.gateway < own else { return .isElder }
        quietSince = waiting.isEmpty ? nil : now
        guard !isStandingDown else { return .none }
        isStandingDown = true
        if let last = lastTakeOver, last.duration(to: now) > Self.forgivingTime { takeOvers = 0 }
        return .standsDown
    }

    /// An answer that is not ours, or that we do not remember.
    mutating func note(_ mark: PostMark, on message: Snowflake, in place: Snowflake) {
        guard let asked = mark.answered, !isAnswered(asked, in: place) else { return }
        if answers.count >= Self.mostPlaces { answers = answers.filter { waiting[$0.key] != nil } }
        let answer = Answer(asked: asked, message: message)
        if mark.isAside {
            answers[place, default: Answers()].asides.append(answer)
            if let count = answers[place]?.asides.count, count > Self.mostAsides {
                answers[place]?.asides.removeFirst()
            }
        } else {
            answers[place, default: Answers()].newest = answer
        }
        took(waiting[place]?.filter { isAnswered($0, in: place) } ?? [], in: place)
    }

    // MARK: What waits

    /// Whether this message has been answered, or one after it in its turn, and this gateway does not remember doing it.
    func isAnswered(_ message: Snowflake, in place: Snowflake) -> Bool {
        answers[place]?.answer(to: message) != nil
    }

    /// Keeps a message until the other has answered it.
    mutating func hold(_ message: Snowflake, in place: Snowflake, at now: ContinuousClock.Instant) {
        guard !isAnswered(message, in: place), waiting[place]?.contains(message) != true else { return }
        if waiting.isEmpty { quietSince = now }
        if waiting[place] == nil, waiting.count >= Self.mostPlaces { return }
        waiting[place, default: []].append(message)
        waiting[place]?.sort()
        if let count = waiting[place]?.count, count > Self.mostWaiting { waiting[place]?.removeFirst() }
    }

    /// These have been taken in, or are there no more.
    mutating func took(_ messages: [Snowflake], in place: Snowflake) {
        waiting[place]?.removeAll { messages.contains($0) }
        if waiting[place]?.isEmpty == true { waiting[place] = nil }
    }

    /// When it is this one's turn unless the other is heard before; nil while nothing waits for it.
    var deadline: ContinuousClock.Instant? {
        guard isStandingDown, !waiting.isEmpty else { return nil }
        return quietSince.map {
            $0 + min(Self.firstPatience * (1 << min(takeOvers, 5)), Self.longestPatience)
        }
    }

    /// The other is gone, as far as can be seen.
    mutating func takeOver(at now: ContinuousClock.Instant) {
        isStandingDown = false
        quietSince = nil
        lastTakeOver = now
        takeOvers += 1
    }

    // MARK: Answers

    /// What is to be done with an answer to this message of which nothing has been posted.
    ///
    /// What was asked before `start`, when this one was not there, needs no second answer.
    func verdict(on asked: Snowflake, in place: Snowflake, start: Timestamp, today: Timestamp) -> Verdict {
        if let answer = answers[place]?.answer(to: asked),
            isStandingDown || asked.timestamp < start
                || today - answer.message.timestamp > Self.lateness
        {
            return .answered(answer.message)
        }
        return isStandingDown ? .wait : .say
    }
}

extension TokenRivalry {
    /// What has to be found again after a restart.
    var json: JSON {
        var object: JSONObject = ["id": .string(String(own))]
        object["machine"] = machine.map { .string($0) }
        object["former"] = former.map { .string(String($0)) }
        if isStandingDown { object["standsDown"] = true }
        if !waiting.isEmpty {
            var places = JSONObject()
            for (place, ids) in waiting { places[place.description] = .array(ids.map(\.json)) }
            object["waiting"] = .object(places)
        }
        return .object(object)
    }

    /// Nil when there is no number in it.
    init?(json: JSON?, at now: ContinuousClock.Instant) {
        guard let own = json?["id"]?.stringValue.flatMap({ UInt64($0) }) else { return nil }
        self.init(own: own)
        machine = json?["machine"]?.stringValue
        former = json?["former"]?.stringValue.flatMap { UInt64($0) }
        isStandingDown = json?["standsDown"]?.boolValue ?? false
        for (place, ids) in json?["waiting"]?.objectValue ?? [:] {
            guard let place = Snowflake(place) else { continue }
            for id in ids.snowflakes { hold(id, in: place, at: now) }
        }
    }
}
