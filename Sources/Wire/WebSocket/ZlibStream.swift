import CZlib

/// Expands messages that were compressed one after the other with one shared context, as Discord's gateway does when asked for
/// `compress=zlib-stream`.
///
/// One stream serves one connection, and takes about 40 kB: zlib's window of 32 KiB and its tables.
package final class ZlibStream {
    /// What the sender ends each message with: it flushes, and the flush leaves an empty block behind.
    private static let messageEnd: [UInt8] = [0, 0, 0xFF, 0xFF]
    /// What one call of zlib may write.
    private static let pieceBytes = 16 << 10

    private let maxMessageBytes: Int
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private var message: [UInt8] = []
    /// The last bytes that were fed, up to four.
    private var tail: [UInt8] = []
    private var failure: ZlibStreamError?

    /// Takes the largest message to accept, in bytes after expansion.
    package init(maxMessageBytes: Int = 8 << 20) {
        self.maxMessageBytes = maxMessageBytes
        stream.initialize(to: z_stream())
        if inflateInit_(stream, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size)) != Z_OK {
            failure = .malformed
        }
    }

    /// Takes the next bytes; the whole message when they end one, nil when more belongs to it.
    ///
    /// After an error the context is lost: it is thrown again whatever follows, and the connection must be made anew.
    package func feed(_ bytes: [UInt8]) throws(ZlibStreamError) -> [UInt8]? {
        do throws(ZlibStreamError) {
            if let failure { throw failure }
            try expand(bytes)
        } catch {
            failure = error
            message = []
            throw error
        }
        tail = (tail + bytes.suffix(Self.messageEnd.count)).suffix(Self.messageEnd.count)
        guard tail == Self.messageEnd else { return nil }
        defer {
            tail = []
            message = []
        }
        return message
    }

    private func expand(_ bytes: [UInt8]) throws(ZlibStreamError) {
        var status = Z_OK
        bytes.withUnsafeBufferPointer { input in
            stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            stream.pointee.avail_in = UInt32(truncatingIfNeeded: input.count)
            repeat {
                status = expandPiece()
            } while status == Z_OK && stream.pointee.avail_out == 0 && message.count <= maxMessageBytes
        }
        guard message.count <= maxMessageBytes else { throw .tooLarge(maxMessageBytes) }
        // Nothing may follow a stream that has ended, and a message may not end it.
        guard status == Z_OK || status == Z_BUF_ERROR, stream.pointee.avail_in == 0 else { throw .malformed }
    }

    private func expandPiece() -> CInt {
        var status = Z_OK
        let room = min(Self.pieceBytes, maxMessageBytes - message.count + 1)
        let piece = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
            stream.pointee.next_out = buffer.baseAddress
            stream.pointee.avail_out = UInt32(truncatingIfNeeded: room)
            status = inflate(stream, Z_SYNC_FLUSH)
            count = room - Int(stream.pointee.avail_out)
        }
        message += piece
        return status
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }
}

/// Why a compressed stream cannot be read on.
package enum ZlibStreamError: Error, Equatable {
    case malformed
    /// A message expands to more than this many bytes.
    case tooLarge(Int)
}
