import CSystem
import Core
import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A child process in a session of its own: limited, watched by the loop, and never left behind.
///
/// When it ends, is stopped or takes too long, whatever it started goes with it.
@MainActor
package final class Subprocess {
    /// What to start.
    package struct Order: Sendable {
        /// The first is the program's absolute path.
        package var arguments: [String]
        package var environment: [String: String]
        package var directory: String
        package var limits = ProcessLimits()
        package var timeout: Duration
        /// Bytes of output that are kept.
        package var maxOutputBytes = 200_000

        package init(
            _ arguments: [String], environment: [String: String], directory: String, timeout: Duration
        ) {
            self.arguments = arguments
            self.environment = environment
            self.directory = directory
            self.timeout = timeout
        }
    }

    /// How it ended.
    ///
    /// An exit code other than 0 is a normal result, not an error.
    package struct End: Sendable {
        /// Nil when a signal ended it.
        package var exitCode: Int?
        package var signal: Int?
        package var isTimedOut: Bool
        /// Standard output and standard error in the order they came.
        package var output: String
        package var duration: Duration
    }

    private let pid: pid_t
    private let pipe: CInt
    private let startedAt = ContinuousClock.now
    private let progress: @MainActor (String) -> Void
    private var output: OutputBuffer
    private var status: CInt?
    private var isTimedOut = false
    private var hasUntoldOutput = false
    private let ended = Gate()
    private var events: [LoopEvent] = []
    private var reading: LoopEvent?

    /// Between the polite signal and the one that cannot be refused.
    private static let patience: Duration = .seconds(2)
    /// After the process has ended: what is still in the pipe is there already.
    private static let lastWords: Duration = .milliseconds(100)
    private static let progressInterval: Duration = .milliseconds(200)
    /// Bytes of output shown while it runs.
    private static let progressBytes = 4_096

    /// Runs to the end.
    ///
    /// Cancelling the task ends the process and everything it started, and then throws.
    ///
    /// `progress` gets the end of the output so far, at most five times a second.
    package static func run(
        _ order: Order, progress: @escaping @MainActor (String) -> Void = { _ in }
    ) async throws -> End {
        let process = try Subprocess(order, progress)
        await process.ended.wait()
        if Task.isCancelled {
            process.terminate()
            await process.ended.waitUntilOpen()
            throw CancellationError()
        }
        return process.end
    }

    private init(_ order: Order, _ progress: @escaping @MainActor (String) -> Void) throws(ToolFailure) {
        var ends: [CInt] = [0, 0]
        guard makePipe(&ends) == 0 else { throw Self.failure(errno, order) }
        defer { close(ends[1]) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        let mark = Orphans.newMark()
        var order = order
        order.environment[Orphans.markName] = mark
        do {
            pid = try Self.spawn(order, output: ends[1])
            Orphans.commandBegan(pid, mark: mark)
        } catch {
            close(ends[0])
            throw error
        }
        pipe = ends[0]
        self.progress = progress
        output = OutputBuffer(limit: order.maxOutputBytes)
        watch(order.timeout)
    }

    // MARK: Watching

    private func watch(_ timeout: Duration) {
        reading = .readable(pipe) { [unowned self] in read() }
        events = [
            .signal(SIGCHLD) { [unowned self] in reap() },
            .every(Self.progressInterval) { [unowned self] in tellProgress() },
            .after(timeout) { [unowned self] in
                isTimedOut = true
                terminate()
            },
        ]
        reap()  // It may have ended before the signal was watched.
    }

    /// A piece at a time: the loop calls again while there is more, and others get their turn.
    private func read() {
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        let count = posixRead(pipe, &piece, piece.count)
        if count > 0 {
            output.append(piece[..<count])
            hasUntoldOutput = true
        } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
            reading?.cancel()
            reading = nil
            finishIfDone()
        }
    }

    private func reap() {
        var status: CInt = 0
        guard self.status == nil, waitpid(pid, &status, WNOHANG) == pid else { return }
        self.status = status
        kill(-pid, SIGKILL)  // What it left in the background.
        Orphans.commandEnded(pid)
        events.append(
            .after(Self.lastWords) { [unowned self] in
                reading?.cancel()
                reading = nil
                finishIfDone()
            })
        finishIfDone()
    }

    private func finishIfDone() {
        guard status != nil, reading == nil, !ended.isOpen else { return }
        for event in events { event.cancel() }
        close(pipe)
        ended.open()
    }

    private func tellProgress() {
        guard hasUntoldOutput else { return }
        hasUntoldOutput = false
        progress(output.end(Self.progressBytes))
    }

    // MARK: Ending

    private func terminate() {
        guard status == nil else { return }
        kill(-pid, SIGTERM)
        events.append(
            .after(Self.patience) { [unowned self] in
                if status == nil { kill(-pid, SIGKILL) }
            })
    }

    private var end: End {
        let status = status ?? 0
        let signal = Int(status & 0x7F)
        return End(
            exitCode: signal == 0 ? Int(status >> 8 & 0xFF) : nil, signal: signal == 0 ? nil : signal,
            isTimedOut: isTimedOut, output: output.text, duration: .now - startedAt)
    }

    // MARK: Starting

    private static func spawn(_ order: Order, output: CInt) throws(ToolFailure) -> pid_t {
        var arguments = order.arguments.map { strdup($0) } + [nil]
        var environment = order.environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        let path = strdup(order.arguments.first ?? "")
        let directory = strdup(order.directory)
        defer { for text in arguments + environment + [path, directory] { free(text) } }
        var pid: pid_t = 0
        let limits = order.limits
        let error = arguments.withUnsafeMutableBufferPointer { arguments in
            environment.withUnsafeMutableBufferPointer { environment in
                var order = csystem_order(
                    path: path, arguments: arguments.baseAddress, environment: environment.baseAddress,
                    directory: directory, output: output, memory_bytes: Int64(limits.memoryBytes ?? 0),
                    processes: Int64(limits.processes ?? 0), cpu_seconds: Int64(limits.cpuSeconds ?? 0),
                    file_bytes: Int64(limits.fileBytes ?? 0), open_files: Int64(limits.openFiles ?? 0))
                return csystem_spawn(&order, &pid)
            }
        }
        guard error == 0 else { throw failure(error, order) }
        return pid
    }

    private static func failure(_ error: CInt, _ order: Order) -> ToolFailure {
        ToolFailure(
            "\(order.arguments.first ?? "The program") could not be started in \(order.directory): "
                + "\(String(cString: strerror(error))).")
    }
}
