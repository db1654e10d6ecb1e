import CZlib
import TestSupport
import Testing

@testable import Wire

struct ZlibStreamTests {
    private static let messages = [
        #"{"op":10,"d":{"heartbeat_interval":41250}}"#, "", "åäö", #"{"op":11}"#, #"{"op":11}"#,
        String(repeating: "abc", count: 50_000),
    ].map { Array($0.utf8) }

    @Test(arguments: [Int.max, 1, 2, 3, 1000])
    func `messages come out one after the other, however they are split`(pieceBytes: Int) throws {
        let sender = Sender()
        let stream = ZlibStream()

        for message in Self.messages {
            let packed = sender.pack(message)
            var rest = packed[...]
            var out: [UInt8]?
            while !rest.isEmpty {
                #expect(out == nil)
                out = try stream.feed(Array(rest.prefix(pieceBytes)))
                rest = rest.dropFirst(pieceBytes)
            }
            #expect(out == message)
        }
    }

    @Test func `the context is shared: what was said before costs little`() throws {
        let sender = Sender()
        let stream = ZlibStream()
        let message = Array(#"{"t":"MESSAGE_CREATE","s":3,"op":0,"d":{"content":"hello"}}"#.utf8)

        let first = sender.pack(message)
        let second = sender.pack(message)

        #expect(second.count < first.count / 2)
        #expect(try stream.feed(first) == message)
        #expect(try stream.feed(second) == message)
    }

    @Test func `a message as long as allowed is taken, and one byte more is too many`() throws {
        let message = [UInt8](repeating: 7, count: 40_000)

        #expect(try ZlibStream(maxMessageBytes: message.count).feed(Sender().pack(message)) == message)
        let stream = ZlibStream(maxMessageBytes: message.count - 1)
        #expect(throws: ZlibStreamError.tooLarge(message.count - 1)) {
            try stream.feed(Sender().pack(message))
        }
    }

    @Test func `a bomb is stopped at the limit, and the stream is lost`() throws {
        let bomb = Sender().pack([UInt8](repeating: 0, count: 64 << 20))
        let stream = ZlibStream(maxMessageBytes: 1 << 20)

        #expect(bomb.count < 100_000)
        #expect(throws: ZlibStreamError.tooLarge(1 << 20)) { try stream.feed(bomb) }
        #expect(throws: ZlibStreamError.tooLarge(1 << 20)) { try stream.feed([]) }
    }

    @Test(arguments: [
        [0x00], [0x78, 0x9D], [0x1F, 0x8B, 0x08, 0x00], Array("{}".utf8),
        [0x78, 0x9C, 0x07],  // a kind of block that is not
        [0x78, 0x9C, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01],  // a stream that ends
    ])
    func `what is no stream of zlib is malformed`(bytes: [UInt8]) {
        let stream = ZlibStream()
        #expect(throws: ZlibStreamError.malformed) { try stream.feed(bytes + [1, 2, 3, 4, 5]) }
        #expect(throws: ZlibStreamError.malformed) { try stream.feed(Sender().pack([])) }
    }

    @Test func `changed bytes never trap, and what comes out is bounded`() {
        for seed in fuzzSeeds() {
            var random = SeededGenerator(seed: seed)
            let sender = Sender()
            let corpus = Self.messages.map { sender.pack(Array($0.prefix(300))) }
            let bytes = Mutation.mutated([corpus[0] + corpus[1], corpus[0] + corpus[2] + corpus[3]], &random)
            let stream = ZlibStream(maxMessageBytes: 1000)
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Int.random(in: 1...rest.count, using: &random)
                // Failing is what changed bytes mostly do.
                let out = try? stream.feed(Array(rest.prefix(count)))
                #expect((out?.count ?? 0) <= 1000, "seed \(seed)")
                rest = rest.dropFirst(count)
            }
        }
    }

    /// Compresses as Discord does: one context, flushed after each message.
    private final class Sender {
        private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)

        init() {
            stream.initialize(to: z_stream())
            deflateInit_(
                stream, Z_DEFAULT_COMPRESSION, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size))
        }

        func pack(_ message: [UInt8]) -> [UInt8] {
            var message = message
            let room = Int(deflateBound(stream, UInt(message.count))) + 64
            return [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
                message.withUnsafeMutableBufferPointer { message in
                    stream.pointee.next_in = message.baseAddress
                    stream.pointee.avail_in = UInt32(message.count)
                    stream.pointee.next_out = buffer.baseAddress
                    stream.pointee.avail_out = UInt32(room)
                    // Nothing to say is flushed only after something else was: a full flush always leaves its mark.
                    deflate(stream, message.isEmpty ? Z_FULL_FLUSH : Z_SYNC_FLUSH)
                }
                count = room - Int(stream.pointee.avail_out)
            }
        }

        deinit {
            deflateEnd(stream)
            stream.deallocate()
        }
    }
}
