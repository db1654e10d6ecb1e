import CZlib

/// Compresses and expands whole messages by raw deflate.
///
/// One set of zlib's states serves every socket of the loop,
/// because no message depends on an earlier one.
@MainActor
final class MessageCompression {
    static let shared = MessageCompression()

    /// Messages shorter than this are sent as they are.
    static let minBytes = 512
    /// What one call of zlib may write, in bytes.
    private static let pieceBytes = 16 << 10
    /// What each compressed message ends with, and is left out on the wire (RFC 7692 §7.2.1).
    private static let tail: [UInt8] = [0, 0, 0xFF, 0xFF]
    private static let level: CInt = 3
    private static let memoryLevel: CInt = 8

    private var deflaters: [Int: UnsafeMutablePointer<z_stream>] = [:]
    private var inflater: UnsafeMutablePointer<z_stream>?

    private init() {
        MemoryTrim.shared.beforeTrim("compression") { [unowned self] in release() }
    }

    /// The compressed message, or nil when that is not shorter.
    func compress(_ message: [UInt8], windowBits: Int) -> [UInt8]? {
        guard let stream = deflater(windowBits) else { return nil }
        deflateReset(stream)
        var out: [UInt8] = []
        let isWhole = run(stream, message, flush: Z_SYNC_FLUSH, into: &out, atMost: message.count) {
            deflate($0, $1)
        }
        guard isWhole, out.count < message.count, out.suffix(4).elementsEqual(Self.tail) else { return nil }
        out.removeLast(4)
        return out
    }

    /// The message that was compressed.
    func expand(_ message: [UInt8], atMost maxBytes: Int) throws(WebSocketFailure) -> [UInt8] {
        guard let stream = readyInflater() else { throw .tooLarge }
        inflateReset(stream)
        var out: [UInt8] = []
        var status = Z_OK
        let isWhole = run(stream, message + Self.tail, flush: Z_SYNC_FLUSH, into: &out, atMost: maxBytes) {
            status = inflate($0, $1)
            return status
        }
        guard status == Z_OK || status == Z_BUF_ERROR || status == Z_STREAM_END else {
            throw WebSocketFailure(code: CloseCode.invalidData, reason: "compressed data is malformed")
        }
        guard isWhole else { throw .tooLarge }
        MemoryTrim.shared.note(bytes: out.count)
        return out
    }

    /// Runs zlib over all of `input`; false when the output would exceed `maxBytes`.
    private func run(
        _ stream: UnsafeMutablePointer<z_stream>, _ input: [UInt8], flush: CInt, into out: inout [UInt8],
        atMost maxBytes: Int, _ step: (UnsafeMutablePointer<z_stream>, CInt) -> CInt
    ) -> Bool {
        input.withUnsafeBufferPointer { input in
            stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            stream.pointee.avail_in = UInt32(truncatingIfNeeded: input.count)
            while true {
                var status = Z_OK
                let room = min(Self.pieceBytes, maxBytes - out.count + 1)
                let piece = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
                    stream.pointee.next_out = buffer.baseAddress
                    stream.pointee.avail_out = UInt32(truncatingIfNeeded: room)
                    status = step(stream, flush)
                    count = room - Int(stream.pointee.avail_out)
                }
                out.append(contentsOf: piece)
                if out.count > maxBytes { return false }
                if status != Z_OK || stream.pointee.avail_out > 0 { return true }
            }
        }
    }

    // MARK: States

    private func deflater(_ windowBits: Int) -> UnsafeMutablePointer<z_stream>? {
        if let stream = deflaters[windowBits] { return stream }
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let status = deflateInit2_(
            stream, Self.level, Z_DEFLATED, -CInt(windowBits), Self.memoryLevel, Z_DEFAULT_STRATEGY,
            ZLIB_VERSION,
            CInt(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            stream.deallocate()
            return nil
        }
        deflaters[windowBits] = stream
        return stream
    }

    private func readyInflater() -> UnsafeMutablePointer<z_stream>? {
        if let inflater { return inflater }
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard inflateInit2_(stream, -15, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size)) == Z_OK else {
            stream.deallocate()
            return nil
        }
        inflater = stream
        return stream
    }

    private func release() {
        for stream in deflaters.values {
            deflateEnd(stream)
            stream.deallocate()
        }
        deflaters = [:]
        if let inflater {
            inflateEnd(inflater)
            inflater.deallocate()
        }
        inflater = nil
    }
}
