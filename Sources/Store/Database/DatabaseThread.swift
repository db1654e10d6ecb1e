#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The one thread that touches SQLite, so that the loop never waits for a disk.
///
/// It hands over everything that was queued while it worked as one batch: that is what lets many turns share one fsync.
/// A thread of our own and not a task executor of libdispatch, which would start a pool of them.
final class DatabaseThread<Job: Sendable>: @unchecked Sendable {
    /// Enough for SQLite's parser and for JSON of the greatest depth; only touched pages count.
    private static var stackBytes: Int { 1 << 20 }

    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let wake: UnsafeMutablePointer<pthread_cond_t>
    // Guarded by `mutex`.
    private var queue: [Job] = []
    private var isStopped = false

    private let work: ([Job]) -> Void
    private let end: () -> Void

    /// Starts the thread: `work` runs on it for each batch, `end` once after the last.
    init(work: @escaping ([Job]) -> Void, end: @escaping () -> Void) {
        mutex = .allocate(capacity: 1)
        wake = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(wake, nil)
        self.work = work
        self.end = end
        start()
    }

    deinit {
        pthread_cond_destroy(wake)
        pthread_mutex_destroy(mutex)
        wake.deallocate()
        mutex.deallocate()
    }

    /// False when the thread has been stopped; the job will then never run.
    func submit(_ job: Job) -> Bool {
        pthread_mutex_lock(mutex)
        let (isTaken, isFirst) = (!isStopped, queue.isEmpty)
        if isTaken { queue.append(job) }
        pthread_mutex_unlock(mutex)
        // Only now, or the thread would wake to find the mutex locked.
        if isTaken && isFirst { pthread_cond_signal(wake) }
        return isTaken
    }

    /// What is queued still runs; then the thread ends.
    func stop() {
        pthread_mutex_lock(mutex)
        isStopped = true
        pthread_cond_signal(wake)
        pthread_mutex_unlock(mutex)
    }

    private func start() {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, Self.stackBytes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        let body = Unmanaged.passRetained(ThreadBody { self.run() })
        var thread = pthread_t()
        let code = pthread_create(
            &thread, &attributes,
            { argument in
                guard let argument else { return nil }
                Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, body.toOpaque())
        precondition(code == 0, "The system has no thread left for the database.")
        pthread_attr_destroy(&attributes)
    }

    private func run() {
        blockSignals()
        while let batch = nextBatch() { work(batch) }
        end()
    }

    /// Waits for work; nil once stopped and empty.
    private func nextBatch() -> [Job]? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while queue.isEmpty && !isStopped { pthread_cond_wait(wake, mutex) }
        guard !queue.isEmpty else { return nil }
        let batch = queue
        queue = []
        return batch
    }

    /// Signals belong to the loop's thread.
    private func blockSignals() {
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
    }
}

/// What a new thread runs, in a box that a C pointer can carry.
private final class ThreadBody {
    let run: () -> Void
    init(_ run: @escaping () -> Void) { self.run = run }
}
