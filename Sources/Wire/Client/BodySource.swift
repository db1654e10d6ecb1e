import CCurl

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Gives a body to curl, piece by piece, as the connection takes it.
@MainActor
final class BodySource {
    private let pieces: [BodyPiece]
    private var piece = 0
    private var offset = 0
    private var descriptor: CInt = -1

    init(_ pieces: [BodyPiece]) { self.pieces = pieces }

    var byteCount: Int { pieces.reduce(0) { $0 + $1.byteCount } }

    /// Fills `buffer` as far as the current piece goes; 0 at the end, nil when a file cannot be read.
    ///
    /// curl asks for 16 to 64 KiB at a time, which the page cache gives at once.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        while piece < pieces.count {
            let count: Int?
            switch pieces[piece] {
            case .bytes(let bytes):
                let part = bytes[offset...].prefix(buffer.count)
                buffer.copyBytes(from: part)
                count = part.count
            case .file(let path, let byteCount):
                count = readFile(
                    path, into: UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(byteCount - offset)))
            }
            guard let count else { return nil }
            offset += count
            if offset == pieces[piece].byteCount { goOn() }
            if count > 0 { return count }
        }
        return 0
    }

    /// Goes to a place in the body: curl begins again when a kept connection turns out to be dead, or is led elsewhere.
    func seek(to place: Int) {
        goOn()
        piece = 0
        offset = place
        while piece < pieces.count, offset >= pieces[piece].byteCount {
            offset -= pieces[piece].byteCount
            piece += 1
        }
    }

    private func readFile(_ path: String, into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        guard !buffer.isEmpty else { return 0 }
        if descriptor < 0 { descriptor = Descriptor.openForReading(path) }
        guard descriptor >= 0 else { return nil }
        let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
        return count > 0 ? count : nil
    }

    private func goOn() {
        piece += 1
        offset = 0
        Descriptor.close(descriptor)
        descriptor = -1
    }

    isolated deinit { Descriptor.close(descriptor) }
}

/// Outside the main actor, so that curl may call it; it is only ever called on the loop's thread.
nonisolated func curlWantsBody(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return Int(CURL_READFUNC_ABORT) }
    nonisolated(unsafe) let buffer = UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
    let source = Unmanaged<BodySource>.fromOpaque(context).takeUnretainedValue()
    return MainActor.assumeIsolated { source.read(into: buffer) } ?? Int(CURL_READFUNC_ABORT)
}

nonisolated func curlSeeksBody(
    _ context: UnsafeMutableRawPointer?, _ place: curl_off_t, _ origin: CInt
) -> CInt {
    guard let context, origin == SEEK_SET else { return CURL_SEEKFUNC_FAIL }  // curl uses no other
    let source = Unmanaged<BodySource>.fromOpaque(context).takeUnretainedValue()
    MainActor.assumeIsolated { source.seek(to: Int(place)) }
    return CURL_SEEKFUNC_OK
}
