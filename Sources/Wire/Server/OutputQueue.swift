import CEvent

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a connection has still to write, in a libevent buffer that exists only while there is something.
@MainActor
struct OutputQueue {
    /// Shared bytes shorter than this are copied: a reference costs about as much as copying them.
    private static let minReferenceBytes = 2 << 10
    /// Spare buffers kept for the next connections that write.
    private static let maxSpares = 64
    /// Written in one system call, so that a fast reader does not keep the loop.
    private static let maxBytesAtOnce = 512 << 10

    private static var spares: [OpaquePointer] = []
    private var buffer: OpaquePointer?
    /// Whether there was no memory for something that belongs here: what comes after it must not go out without it.
    private var isTorn = false

    enum Progress {
        case finished
        /// The kernel takes no more now.
        case blocked
        case failed
    }

    var count: Int { buffer.map { evbuffer_get_length($0) } ?? 0 }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress, !bytes.isEmpty else { return }
        guard let buffer = ready(), evbuffer_add(buffer, base, bytes.count) == 0 else { return isTorn = true }
    }

    mutating func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { append($0) }
    }

    mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    /// Long bytes are kept, not copied, until they are written.
    mutating func append(_ bytes: SharedBytes) {
        bytes.withUnsafeBytes { storage in
            guard storage.count >= Self.minReferenceBytes else { return append(storage) }
            guard let buffer = ready() else { return isTorn = true }
            let keeper = Unmanaged.passRetained(bytes).toOpaque()
            let failed = evbuffer_add_reference(
                buffer, storage.baseAddress, storage.count, releaseShared, keeper)
            guard failed == 0 else {
                Unmanaged<SharedBytes>.fromOpaque(keeper).release()
                return isTorn = true
            }
        }
    }

    /// Takes over `descriptor`, also when it fails, and sends a part of the file straight from it.
    mutating func append(file descriptor: CInt, from offset: Int, count: Int) -> Bool {
        let flags = UInt32(EVBUF_FS_CLOSE_ON_FREE)
        guard
            let segment = evbuffer_file_segment_new(
                descriptor, numericCast(offset), numericCast(count), flags)
        else {
            Descriptor.close(descriptor)
            return false
        }
        // The segment closes the file, now or when it is sent.
        defer { evbuffer_file_segment_free(segment) }
        guard let buffer = ready() else { return false }
        return evbuffer_add_file_segment(buffer, segment, 0, numericCast(count)) == 0
    }

    /// Writes as much as goes without waiting.
    mutating func write(to descriptor: CInt) -> Progress {
        guard !isTorn else { return .failed }
        guard let buffer else { return .finished }
        while evbuffer_get_length(buffer) > 0 {
            errno = 0
            let written = evbuffer_write_atmost(buffer, descriptor, Self.maxBytesAtOnce)
            // Of a file libevent says 0 also when the kernel takes nothing now: else the file has become shorter.
            if written <= 0 { return errno == EAGAIN || errno == EINTR ? .blocked : .failed }
            if written >= Self.maxBytesAtOnce { return .blocked }
        }
        release()
        return .finished
    }

    mutating func release() {
        guard let buffer else { return }
        self.buffer = nil
        if Self.spares.count < Self.maxSpares, evbuffer_get_length(buffer) == 0 {
            Self.spares.append(buffer)
        } else {
            evbuffer_free(buffer)
        }
    }

    static func releaseSpares() {
        for spare in spares { evbuffer_free(spare) }
        spares = []
    }

    /// Nil when there is no memory left.
    private mutating func ready() -> OpaquePointer? {
        if let buffer { return buffer }
        guard let fresh = Self.spares.popLast() ?? evbuffer_new() else { return nil }
        evbuffer_set_flags(fresh, UInt64(EVBUFFER_FLAG_DRAINS_TO_FD))
        buffer = fresh
        return fresh
    }
}

private nonisolated func releaseShared(_: UnsafeRawPointer?, _: Int, _ keeper: UnsafeMutableRawPointer?) {
    guard let keeper else { return }
    Unmanaged<SharedBytes>.fromOpaque(keeper).release()
}
