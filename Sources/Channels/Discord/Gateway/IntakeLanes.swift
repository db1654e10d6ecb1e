import Core

/// What became of an event.
enum IntakeOutcome: Sendable {
    case taken
    case sawGuild(Snowflake)
    /// It has to come again.
    case failed(String)
}

/// The work that events make: what happens in one place is taken in one after another, and nothing of it after what failed.
@MainActor
final class IntakeLanes {
    typealias Finish = @MainActor @Sendable (IntakeOutcome) -> Void
    typealias Action = @MainActor @Sendable () async throws(IntakeFailure) -> Void

    let lanes = Lanes()
    /// Counts the connections.
    private(set) var attempt = 0
    /// Places in which a message could not be taken in, and on which connection: what came after it has to wait for it, for
    /// `SeenLog` knows of each place only how far it has been taken in.
    private var stuck: [Snowflake: Int] = [:]

    /// From here on events come again that could not be taken in before.
    func beginAttempt() { attempt += 1 }

    /// Does what an event asks for; `finish` is called once, when that is done or has to wait for another connection.
    ///
    /// `stop` does what must not wait for that, should what came before it have failed.
    func work(
        in place: Snowflake, _ finish: @escaping Finish,
        stop: @escaping @MainActor @Sendable () async -> Void = {},
        _ action: @escaping Action
    ) {
        let attempt = attempt
        lanes.add(place) {
            guard self.stuck[place] != attempt else {
                await stop()
                return finish(.failed("What came before it could not be kept."))
            }
            do throws(IntakeFailure) {
                try await action()
                self.stuck[place] = nil
                finish(.taken)
            } catch {
                self.stuck[place] = attempt
                finish(.failed(error.reason))
            }
        }
    }

    /// Waits for its turn in the lane, and for the work.
    func inLane(
        _ place: Snowflake, _ action: @escaping Action
    ) async throws(IntakeFailure) {
        let ended = Gate()
        var failure: IntakeFailure? = IntakeFailure(reason: "The connection has ended.")
        lanes.add(place) {
            do throws(IntakeFailure) {
                try await action()
                failure = nil
            } catch {
                failure = error
            }
            ended.open()
        }
        await ended.wait()
        if let failure { throw failure }
    }
}

/// Calls back when as many pieces of work are done as there are.
@MainActor
final class Countdown {
    private var left: Int
    private var failure: String?
    private let done: @MainActor (String?) -> Void

    init(_ count: Int, _ done: @escaping @MainActor (String?) -> Void) {
        left = count
        self.done = done
        if count == 0 { done(nil) }
    }

    func finish(_ outcome: IntakeOutcome) {
        if case .failed(let reason) = outcome { failure = reason }
        left -= 1
        if left == 0 { done(failure) }
    }
}
