package import Core

/// A message that is on its way to the disk, and keeps its place before what is sent after it.
@MainActor
package final class Arrival {
    /// Opens when the message is where it can be stopped.
    fileprivate let gate = Gate()
    /// Stop words that came before it, by session: it begins when they have been obeyed. One that comes after it waits for it.
    let stopsBefore: [SessionKey: Gate]
    fileprivate var session: SessionKey?

    init(after stops: [SessionKey: Gate]) { stopsBefore = stops }
}

extension Switchboard {
    /// A message has come of which something must be found out before it is submitted; `leave` must follow.
    ///
    /// Who stops its session meanwhile waits for it; who stops any, while its own is not known.
    package func arrive(in session: SessionKey? = nil) -> Arrival {
        let arrival = Arrival(after: stopsArriving)
        enter(arrival, session)
        return arrival
    }

    /// Its session is known now.
    package func move(_ arrival: Arrival, to session: SessionKey) {
        remove(arrival)
        enter(arrival, session)
    }

    /// It is where it can be stopped, or came to nothing.
    package func leave(_ arrival: Arrival) {
        remove(arrival)
        arrival.gate.open()
    }

    private func enter(_ arrival: Arrival, _ session: SessionKey?) {
        arrival.session = session
        arriving[session, default: []].append(arrival)
    }

    private func remove(_ arrival: Arrival) {
        let session = arrival.session
        arriving[session]?.removeAll { $0 === arrival }
        if arriving[session]?.isEmpty == true { arriving[session] = nil }
    }

    /// Returns when what has come before in a session is where it can be stopped.
    func waitForArrivals(in session: SessionKey) async {
        let begun = ContinuousClock.now
        for arrival in (arriving[nil] ?? []) + (arriving[session] ?? []) {
            await arrival.gate.wait(atMost: max(Self.patience - begun.duration(to: .now), .zero), on: clock)
        }
    }
}
