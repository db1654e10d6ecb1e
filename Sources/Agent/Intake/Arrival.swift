package import Core
import Store

/// A message that is on its way to the disk, and keeps its place before what is sent after it.
@MainActor
package final class Arrival {
    /// Opens when the message is where it can be stopped.
    fileprivate let gate = Gate()
    /// Opens when the message is on its way to the disk: what follows it there stays behind it.
    let isWritten = Gate()
    /// It will wait for a turn when it is there.
    var willWait = false
    /// Those that came before it have lower ones.
    fileprivate let number: Int
    /// What its message will be, where that is known.
    fileprivate let run: RunID?
    /// Stop words that came before it, by session: it begins when they have been obeyed. One that comes after it waits for it.
    let stopsBefore: [SessionKey: Gate]
    fileprivate var session: SessionKey?
    /// What the inbox knows its message by, once it is being submitted.
    fileprivate var name: MessageName?
    /// Why it is not to be answered, if it belongs to one of these: it was too long in coming for those who stopped them.
    fileprivate var stops: [SessionKey: AbortReason] = [:]

    fileprivate init(number: Int, run: RunID?, after stops: [SessionKey: Gate]) {
        self.number = number
        self.run = run
        stopsBefore = stops
    }

    /// Why it is not to be answered, now that its session is known.
    var abortReason: AbortReason? { session.flatMap { stops[$0] } }
}

/// What the inbox knows a message by.
private struct MessageName: Equatable {
    var key: ChannelKey
    var id: MessageID
}

extension Switchboard {
    /// A message has come of which something must be found out before it is submitted; `leave` must follow.
    ///
    /// Who stops its session meanwhile waits for it; who stops any, while its own is not known.
    package func arrive(in session: SessionKey? = nil, as run: RunID? = nil) -> Arrival {
        let arrival = newArrival(as: run)
        enter(arrival, session)
        return arrival
    }

    func newArrival(as run: RunID?) -> Arrival {
        arrivalCount += 1
        return Arrival(number: arrivalCount, run: run, after: stopsArriving)
    }

    /// The message is being submitted.
    func name(_ arrival: Arrival, after message: InboundMessage) {
        arrival.name = MessageName(key: message.address.key, id: message.id)
    }

    /// Whether another arrival is the same message, and will take it into the house if nobody has.
    func isArriving(_ entry: InboxEntry, besides own: Arrival?) -> Bool {
        let key = ChannelKey(channel: entry.channel, account: entry.account)
        let name = MessageName(key: key, id: entry.messageID)
        return arriving.values.joined().contains { $0 !== own && $0.name == name }
    }

    /// Its session is known now.
    package func move(_ arrival: Arrival, to session: SessionKey) {
        remove(arrival)
        enter(arrival, session)
    }

    /// It is where it can be stopped, or came to nothing.
    package func leave(_ arrival: Arrival) {
        remove(arrival)
        arrival.isWritten.open()
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

    /// Returns when what has come before in its session is on its way to the disk, or is too long in coming.
    func waitForEarlier(than arrival: Arrival) async {
        let begun = ContinuousClock.now
        while !Task.isCancelled,
            let earlier = arriving[arrival.session]?.first(where: {
                $0.number < arrival.number && !$0.isWritten.isOpen
            })
        {
            let left = Self.patience - begun.duration(to: .now)
            guard left > .zero else { return }
            await earlier.isWritten.wait(atMost: left, on: clock)
        }
    }

    /// Returns when what has come before in a session, or only `run`, is where it can be stopped.
    ///
    /// What is too long in coming is not answered when it has come; those runs are returned.
    func waitForArrivals(in session: SessionKey, _ run: RunID? = nil, toStop reason: AbortReason) async
        -> [RunID]
    {
        let begun = ContinuousClock.now
        var late: [RunID] = []
        for arrival in (arriving[nil] ?? []) + (arriving[session] ?? []) {
            await arrival.gate.wait(atMost: max(Self.patience - begun.duration(to: .now), .zero), on: clock)
            guard !arrival.gate.isOpen, run == nil || arrival.run == run else { continue }
            arrival.stops[session] = arrival.stops[session] ?? reason
            if arrival.session == session, let run = arrival.run { late.append(run) }
        }
        return late
    }
}
