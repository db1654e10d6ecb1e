@_spi(ExperimentalCustomExecutors) @_spi(ExperimentalScheduling) package import _Concurrency
import CEvent
import CSystem
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The one thread that runs libevent and all Swift concurrency: `@MainActor` and the global executor are this loop.
///
/// `install()` must be the first thing a process does. From then on `await` between main-actor code costs no hop, and no
/// thread of libdispatch is ever started. Work that takes longer than about 2 ms belongs on an executor of its own
/// (the database has one). The executor hooks are not yet official in Swift 6.3, so they are used in this file only, and
/// a system test counts the process's threads.
package final class EventLoop: MainExecutor, TaskExecutor, SchedulingExecutor, @unchecked Sendable {
    /// The process has one.
    package static let shared = EventLoop()

    /// The libevent base, which only this room may touch, on the loop's thread.
    let base: OpaquePointer

    private struct Incoming: ~Copyable {
        var jobs: [UnownedJob] = []
        var sleepers = DeadlineHeap<UnownedJob>()
        var isAsleep = false
        var isStopped = false

        mutating func wakeSleepers() {
            guard sleepers.firstDeadline != nil else { return }
            let now = ContinuousClock.now
            while let job = sleepers.removeFirst(until: now) { jobs.append(job) }
        }
    }

    private let incoming = Mutex(Incoming())
    private let wakeDescriptor: CInt
    private let wakeWriteDescriptor: CInt
    private let thread: pthread_t
    private var running: [UnownedJob] = []
    private var alarm: OpaquePointer?

    private init() {
        csystem_tune_malloc()
        LoopMemory.install()
        guard let config = event_config_new() else {
            fatalError("libevent has no memory for its configuration.")
        }
        defer { event_config_free(config) }
        event_config_set_flag(config, CInt(EVENT_BASE_FLAG_NOLOCK.rawValue))
        guard let base = event_base_new_with_config(config) else {
            fatalError("libevent could not create its loop: no epoll descriptor is left.")
        }
        self.base = base
        thread = pthread_self()
        var writeEnd: CInt = -1
        wakeDescriptor = csystem_open_wake(&writeEnd)
        wakeWriteDescriptor = writeEnd
        precondition(wakeDescriptor >= 0, "No descriptor is left to wake the loop with.")
        watchWakeDescriptor()
        alarm = event_new(base, -1, 0, { _, _, _ in }, nil)
    }

    /// Makes this loop the executor of `@MainActor` and of every task without an executor of its own.
    package static func install() {
        _createExecutors(factory: LoopExecutors.self)
    }

    /// Runs until `stop()`; to be called from the main thread, after `install()`.
    package func run() {
        while !incoming.withLock({ $0.isStopped }) {
            runRounds()
            let isDone = MainActor.assumeIsolated { PassEnd.run() }
            lookForEvents(mayWait: isDone)
        }
    }

    /// Lets `run()` return after the pass that is under way; may be called on any thread.
    package func stop() {
        incoming.withLock { $0.isStopped = true }
        wake()
    }

    // MARK: Executor

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let mustWake = incoming.withLock { incoming in
            incoming.jobs.append(job)
            return incoming.isAsleep
        }
        if mustWake && !isOnLoop { wake() }
    }

    package func enqueue<C: Clock>(
        _ job: consuming ExecutorJob, after delay: C.Duration, tolerance: C.Duration?, clock: C
    ) {
        enqueue(UnownedJob(job), after: (delay as? Duration) ?? .zero)
    }

    package func enqueue<C: Clock>(
        _ job: consuming ExecutorJob, at instant: C.Instant, tolerance: C.Duration?, clock: C
    ) {
        enqueue(UnownedJob(job), after: (clock.now.duration(to: instant) as? Duration) ?? .zero)
    }

    package func isIsolatingCurrentContext() -> Bool? { isOnLoop }

    package func checkIsolated() {
        precondition(isOnLoop, "Main-actor code was called off the loop's thread.")
    }

    var isOnLoop: Bool { pthread_equal(pthread_self(), thread) != 0 }

    private func enqueue(_ job: UnownedJob, after delay: Duration) {
        let deadline = ContinuousClock.now + delay
        let mustWake = incoming.withLock { incoming in
            incoming.sleepers.insert(job, at: deadline)
            return incoming.isAsleep
        }
        if mustWake && !isOnLoop { wake() }
    }

    // MARK: One pass

    /// Jobs that go on where others ended run before the sockets are looked at again, but not for ever.
    private static let mostRounds = 8

    private func runRounds() {
        for _ in 0..<Self.mostRounds {
            runJobs()
            if incoming.withLock({ $0.jobs.isEmpty || $0.isStopped }) { return }
        }
    }

    /// Runs what is queued now; what these jobs enqueue waits for the next round.
    private func runJobs() {
        incoming.withLock { incoming in
            incoming.wakeSleepers()
            swap(&incoming.jobs, &running)
        }
        let serial = asUnownedSerialExecutor()
        let task = asUnownedTaskExecutor()
        for job in running { unsafe job.runSynchronously(isolatedTo: serial, taskExecutor: task) }
        running.removeAll(keepingCapacity: running.capacity <= 1024)
    }

    private func lookForEvents(mayWait: Bool) {
        let deadline: ContinuousClock.Instant? = incoming.withLock { incoming in
            guard mayWait, incoming.jobs.isEmpty, !incoming.isStopped else { return .now }
            incoming.isAsleep = true
            return incoming.sleepers.firstDeadline
        }
        let remaining = deadline.map { ContinuousClock.now.duration(to: $0) }
        if let remaining, remaining <= .zero {
            event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK)
        } else {
            if let remaining {
                var interval = timeval(remaining)
                event_add(alarm, &interval)
            }
            event_base_loop(base, EVLOOP_ONCE)
        }
        incoming.withLock { $0.isAsleep = false }
    }

    private func wake() {
        var one: UInt64 = 1
        _ = write(wakeWriteDescriptor, &one, 8)
    }

    /// The counter is read whenever it is readable, not only while jobs wait: a late write would make the loop spin.
    private func watchWakeDescriptor() {
        let event = event_new(
            base, wakeDescriptor, Int16(EV_READ | EV_PERSIST),
            { descriptor, _, _ in
                var count: UInt64 = 0
                _ = read(descriptor, &count, 8)
            }, nil)
        event_add(event, nil)
    }
}

private struct LoopExecutors: ExecutorFactory {
    static var mainExecutor: any MainExecutor { EventLoop.shared }
    static var defaultExecutor: any TaskExecutor { EventLoop.shared }
}

extension timeval {
    /// Rounds up to a microsecond, so that a timer never fires early and spins.
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let microseconds = (attoseconds + 999_999_999_999) / 1_000_000_000_000
        self.init(
            tv_sec: Int(seconds) + Int(microseconds / 1_000_000),
            tv_usec: suseconds_t(microseconds % 1_000_000))
    }
}
