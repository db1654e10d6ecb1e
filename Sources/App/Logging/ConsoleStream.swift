import Core
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Standard output or standard error, as a log writes to it: it waits for nobody.
///
/// A pipe that nobody reads and a terminal that Ctrl-S has halted take no lines. These are counted, and the number is
/// told once lines are taken again.
final class ConsoleStream: Sendable {
    static let output = ConsoleStream(STDOUT_FILENO)
    static let error = ConsoleStream(STDERR_FILENO)

    /// What a pipe takes at once as soon as it takes anything.
    private static let mostBytesAtOnce = Int(PIPE_BUF)
    /// For a reader that is only slow.
    private static let patienceMilliseconds: CInt = 20

    private struct State {
        var missed = 0
        /// Whether the last line was taken only in part.
        var isCut = false
    }

    private let descriptor: CInt
    private let state = Mutex(State())

    init(_ descriptor: CInt) {
        self.descriptor = Self.ofItsOwn(descriptor)
    }

    deinit {
        if descriptor > STDERR_FILENO { close(descriptor) }
    }

    func write(_ line: String) {
        state.withLock { state in
            if state.missed > 0 {
                let note =
                    "\(state.isCut ? "\n" : "")[log] \(state.missed) lines are missing here: they were not taken\n"
                guard put(Array(note.utf8), waiting: 0) > 0 else { return state.missed += 1 }
                state = State()
            }
            let bytes = Array(line.utf8) + [0x0A]
            let count = put(bytes, waiting: Self.patienceMilliseconds)
            if count < bytes.count { state = State(missed: 1, isCut: count > 0) }
        }
    }

    /// How many bytes were taken.
    private func put(_ bytes: [UInt8], waiting milliseconds: CInt) -> Int {
        var taken = 0
        while taken < bytes.count {
            var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            guard poll(&ready, 1, milliseconds) > 0 else { break }
            let count = bytes[taken...].prefix(Self.mostBytesAtOnce).withUnsafeBytes { piece in
                systemWrite(descriptor, piece)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            taken += count
        }
        return taken
    }

    /// A terminal that is nearly full still takes a part, and the writer would wait for the rest. Opened anew it does not,
    /// and other programs on it notice nothing.
    private static func ofItsOwn(_ descriptor: CInt) -> CInt {
        guard isatty(descriptor) == 1, let name = ttyname(descriptor) else { return descriptor }
        let opened = open(name, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        return opened < 0 ? descriptor : opened
    }
}

/// Named so that it can be called where another `write` is meant otherwise.
private func systemWrite(_ descriptor: CInt, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(descriptor, bytes.baseAddress, bytes.count)
}
