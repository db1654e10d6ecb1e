import CEvent

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A timer, a descriptor or a signal that the loop watches; it stops when it is cancelled or let go of.
@MainActor
package final class LoopEvent {
    private var event: OpaquePointer?
    private let action: @MainActor () -> Void

    private init(
        _ descriptor: CInt, _ what: Int32, timeout: Duration?, _ action: @escaping @MainActor () -> Void
    ) {
        self.action = action
        let context = Unmanaged.passUnretained(self).toOpaque()
        event = event_new(EventLoop.shared.base, descriptor, Int16(what), loopEventFired, context)
        if let timeout {
            var interval = timeval(timeout)
            event_add(event, &interval)
        } else {
            event_add(event, nil)
        }
    }

    /// Calls `action` once, `delay` from now.
    package static func after(_ delay: Duration, _ action: @escaping @MainActor () -> Void) -> LoopEvent {
        LoopEvent(-1, 0, timeout: max(delay, .zero), action)
    }

    /// Calls `action` every `interval`, first after one interval.
    package static func every(_ interval: Duration, _ action: @escaping @MainActor () -> Void) -> LoopEvent {
        LoopEvent(-1, EV_PERSIST, timeout: interval, action)
    }

    /// Calls `action` whenever `descriptor` can be read.
    package static func readable(_ descriptor: CInt, _ action: @escaping @MainActor () -> Void) -> LoopEvent {
        LoopEvent(descriptor, EV_READ | EV_PERSIST, timeout: nil, action)
    }

    /// Calls `action` whenever `descriptor` can be written.
    package static func writable(_ descriptor: CInt, _ action: @escaping @MainActor () -> Void) -> LoopEvent {
        LoopEvent(descriptor, EV_WRITE | EV_PERSIST, timeout: nil, action)
    }

    /// Calls `action` on the loop each time the process gets `signal`.
    package static func signal(_ signal: CInt, _ action: @escaping @MainActor () -> Void) -> LoopEvent {
        LoopEvent(signal, EV_SIGNAL | EV_PERSIST, timeout: nil, action)
    }

    package func cancel() {
        guard let event else { return }
        event_free(event)
        self.event = nil
    }

    fileprivate func fire() { action() }

    isolated deinit { cancel() }
}

/// Outside the main actor, so that libevent may call it; it is only ever called on the loop's thread.
private nonisolated func loopEventFired(
    _ descriptor: CInt, _ what: Int16, _ context: UnsafeMutableRawPointer?
) {
    guard let context else { return }
    let event = Unmanaged<LoopEvent>.fromOpaque(context).takeUnretainedValue()
    MainActor.assumeIsolated { event.fire() }
}
