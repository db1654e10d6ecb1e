import Testing

@testable import Wire

/// The numbers in the names of the cases are those of the Autobahn suite's cases that they stand for.
struct FrameReaderTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        let events: [FrameReader.Event]
        var testDescription: String { name }

        init(_ name: String, _ bytes: [UInt8], _ events: FrameReader.Event...) {
            self.name = name
            self.bytes = bytes
            self.events = events
        }

        /// What follows must never come out.
        static func fails(_ name: String, _ bytes: [UInt8], _ code: Int = 1002) -> Case {
            Case(
                name, bytes + ClientFrame.text("hidden"),
                .failed(WebSocketFailure(code: code, reason: "")))
        }
    }

    private static func message(_ text: String) -> FrameReader.Event {
        .message(Array(text.utf8), isText: true, isCompressed: false)
    }

    private static let ping = ClientFrame.bytes(9, Array("p".utf8))
    private static let hello = ClientFrame.text("Hello")

    static let good: [Case] = [
        Case("1.1.1 empty text", ClientFrame.text(""), message("")),
        Case("1.1 text", hello + hello, message("Hello"), message("Hello")),
        Case(
            "1.2 binary", ClientFrame.bytes(2, [0, 255, 128]),
            .message([0, 255, 128], isText: false, isCompressed: false)),
        Case(
            "1.2.1 empty binary", ClientFrame.bytes(2, []), .message([], isText: false, isCompressed: false)),
        Case(
            "1.1.3 126 bytes", ClientFrame.text(String(repeating: "*", count: 126)),
            message(String(repeating: "*", count: 126))),
        Case("2.1 ping", ClientFrame.bytes(9, []), .ping([])),
        Case(
            "2.4 ping of 125", ClientFrame.bytes(9, [UInt8](repeating: 254, count: 125)),
            .ping([UInt8](repeating: 254, count: 125))),
        Case("2.7 pong", ClientFrame.bytes(10, [1]), .pong),
        Case(
            "5.3 fragments", ClientFrame.text("ab", isFinal: false) + ClientFrame.next("cd"), message("abcd")),
        Case(
            "5.6 a ping between", ClientFrame.text("ab", isFinal: false) + ping + ClientFrame.next("cd"),
            .ping(Array("p".utf8)), message("abcd")),
        Case(
            "5.19 many",
            ClientFrame.text("1", isFinal: false) + ClientFrame.next("2", isFinal: false) + ping
                + ClientFrame.next("", isFinal: false) + ClientFrame.next("3"), .ping(Array("p".utf8)),
            message("123")),
        Case(
            "6.1.2 empty fragments", ClientFrame.text("", isFinal: false) + ClientFrame.next(""), message("")),
        Case(
            "6.2.2 fragments on character bounds",
            ClientFrame.text("åä", isFinal: false) + ClientFrame.next("ö€𝄞"),
            message("åäö€𝄞")),
        Case(
            "6.2.3 fragments within a character",
            ClientFrame.bytes(1, [0xF0, 0x9D], isFinal: false)
                + ClientFrame.bytes(0, [0x84], isFinal: false) + ClientFrame.bytes(0, [0x9E]), message("𝄞")),
        Case("7.3.1 close", ClientFrame.bytes(8, []), .close(code: 1005, reason: "")),
        Case("7.3.5 close", ClientFrame.close(1000, "bye å"), .close(code: 1000, reason: "bye å")),
        Case(
            "7.1.5 nothing after a close", ClientFrame.close(1000) + hello + ping,
            .close(code: 1000, reason: "")),
    ]

    static let bad: [Case] =
        [
            .fails("2.5 a ping of 126", ClientFrame.bytes(9, [UInt8](repeating: 1, count: 126))),
            .fails("3.1 RSV3", ClientFrame.bytes(1, [65], reserved: 1)),
            .fails("3.2 RSV2", ClientFrame.bytes(1, [65], reserved: 2)),
            .fails("3.4 RSV1", ClientFrame.bytes(1, [65], reserved: 4)),
            .fails("3.5 all of them", ClientFrame.bytes(2, [65], reserved: 7)),
            .fails("3.6 on a ping", ClientFrame.bytes(9, [], reserved: 2)),
            .fails("3.7 on a close", ClientFrame.bytes(8, [], reserved: 4)),
            .fails("5.1 a ping in fragments", ClientFrame.bytes(9, [1], isFinal: false)),
            .fails("5.2 a pong in fragments", ClientFrame.bytes(10, [1], isFinal: false)),
            .fails("a close in fragments", ClientFrame.bytes(8, [], isFinal: false)),
            .fails("5.9 nothing to continue", ClientFrame.next("a")),
            .fails("5.12 nothing to continue", ClientFrame.next("a", isFinal: false)),
            .fails(
                "5.18 a message within a message",
                ClientFrame.text("a", isFinal: false) + ClientFrame.text("b")),
            .fails("binary within text", ClientFrame.text("a", isFinal: false) + ClientFrame.bytes(2, [1])),
            .fails("not masked", ClientFrame.bytes(1, [65], isMasked: false)),
            .fails("a ping that is not masked", ClientFrame.bytes(9, [], isMasked: false)),
            .fails("a length of 2 bytes for 5", ClientFrame.bytes(1, [1, 2, 3, 4, 5], lengthForm: 2)),
            .fails("a length of 8 bytes for 5", ClientFrame.bytes(1, [1, 2, 3, 4, 5], lengthForm: 8)),
            .fails(
                "a length of 8 bytes for 300",
                ClientFrame.bytes(2, [UInt8](repeating: 1, count: 300), lengthForm: 8)),
            .fails("a control frame with a length of 2 bytes", ClientFrame.bytes(9, [1], lengthForm: 2)),
            .fails("a length over 63 bits", [0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 4]),
            .fails("7.3.2 a close of one byte", ClientFrame.bytes(8, [3])),
            .fails(
                "7.5.1 a reason that is not UTF-8", ClientFrame.bytes(8, [3, 0xE8, 0xCE, 0xBA, 0xE1]), 1007),
            .fails("a close of 126", ClientFrame.bytes(8, [3, 0xE8] + [UInt8](repeating: 65, count: 124))),
            .fails(
                "6.4.1 a wrong byte in the middle", ClientFrame.bytes(1, [65, 0xF4, 0x90, 0x80, 0x80, 65]),
                1007),
            .fails("6.3.1 a surrogate", ClientFrame.bytes(1, [0xED, 0xA0, 0x80]), 1007),
            .fails("an overlong slash", ClientFrame.bytes(1, [0xC0, 0xAF]), 1007),
            .fails("an overlong NUL", ClientFrame.bytes(1, [0xE0, 0x80, 0x80]), 1007),
            .fails("a byte that is never used", ClientFrame.bytes(1, [0xFF]), 1007),
            .fails("text that ends within a character", ClientFrame.bytes(1, [65, 0xC3]), 1007),
            .fails(
                "fragments that end within a character",
                ClientFrame.bytes(1, [65, 0xE2], isFinal: false) + ClientFrame.bytes(0, [0x82]), 1007),
            .fails(
                "a wrong byte in the second fragment",
                ClientFrame.bytes(1, [0xE2], isFinal: false) + ClientFrame.bytes(0, [65], isFinal: false),
                1007),
        ] + (3...7).map { .fails("4.1 opcode \($0)", ClientFrame.bytes($0, [])) }
        + (11...15).map { .fails("4.2 opcode \($0)", ClientFrame.bytes($0, [])) }
        + [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535].map {
            .fails("7.9 close code \($0)", ClientFrame.close($0))
        }

    @Test(arguments: good)
    func `good frames come out whole, however they are split`(frames: Case) {
        let whole = FrameRun(frames.bytes)

        #expect(whole.events == frames.events)
        #expect(FrameRun.byteByByte(frames.bytes) == whole)
        for cut in 0...frames.bytes.count {
            #expect(FrameRun(frames.bytes, cuts: [cut]) == whole, "split at byte \(cut)")
        }
    }

    @Test(arguments: bad)
    func `a bad frame fails with its code, however it is split, and nothing after it is read`(frames: Case) {
        let whole = FrameRun(frames.bytes)

        #expect(whole.events.map(Self.code) == frames.events.map(Self.code))
        #expect(FrameRun.byteByByte(frames.bytes) == whole)
        for cut in 0...frames.bytes.count {
            #expect(FrameRun(frames.bytes, cuts: [cut]) == whole, "split at byte \(cut)")
        }
    }

    /// What is wrong in itself, and not by its mask.
    private static let badUnmasked = bad.filter { frames in
        !frames.name.contains("masked") && !frames.name.contains("over 63 bits")
    }

    @Test(arguments: good + badUnmasked)
    func `a server's frames are read as a client's, but for the mask`(frames: Case) {
        let bytes = ClientFrame.unmasked(frames.bytes)
        let whole = FrameRun(bytes, isMasked: false)

        #expect(bytes != frames.bytes)
        #expect(whole.events.map(Self.code) == frames.events.map(Self.code))
        if whole.events.allSatisfy({ Self.code($0) == 0 }) { #expect(whole.events == frames.events) }
        #expect(FrameRun.byteByByte(bytes, isMasked: false) == whole)
    }

    @Test(arguments: good)
    func `a server may not mask`(frames: Case) {
        #expect(
            FrameRun(frames.bytes, isMasked: false).events == [.failed(.protocolError("frame is masked"))])
    }

    @Test(arguments: [0, 1, 2, 3, 4, 5, 7, 8, 9, 125, 126, 65535, 65536, 70001])
    func `a frame of ours as a client is read back by a server`(count: Int) {
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let frame = FrameHeader(opcode: .binary).frame(payload, mask: [0x37, 0xFA, 0x21, 0x3D])

        #expect(frame == ClientFrame.bytes(2, payload))
        #expect(FrameRun(frame).events == [.message(payload, isText: false, isCompressed: false)])
    }

    @Test func `a reason is cut to what a close frame holds, in whole characters`() {
        #expect(CloseCode.payload(1000, "") == [3, 232])
        #expect(CloseCode.payload(CloseCode.none, "never sent") == [])
        let payload = CloseCode.payload(4000, String(repeating: "å", count: 100))
        #expect(payload.count == 2 + 122)
        #expect(String(validating: payload[2...], as: UTF8.self) == String(repeating: "å", count: 61))
    }

    @Test(arguments: [
        1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
    ])
    func `every code that may be sent is taken`(code: Int) {
        #expect(FrameRun(ClientFrame.close(code, "x")).events == [.close(code: code, reason: "x")])
    }

    @Test func `text fails at its first wrong byte, before the frame is complete`() {
        // 6.4.3: a frame that announces 12 bytes, of which the sixth can never be right.
        var bytes = ClientFrame.bytes(1, Array("abcd".utf8) + [0xF4, 0x90] + Array("fghijk".utf8))
        var reader = FrameReader(maxMessageBytes: 100)
        var place = 0
        let headerBytes = 6

        bytes.withUnsafeMutableBufferPointer { bytes in
            let good = UnsafeMutableBufferPointer(rebasing: bytes[..<(headerBytes + 5)])
            #expect(reader.feed(good, &place) == .more)
            let wrong = UnsafeMutableBufferPointer(rebasing: bytes[(headerBytes + 5)..<(headerBytes + 6)])
            place = 0
            #expect(reader.feed(wrong, &place) == .failed(.notUTF8))
        }
    }

    @Test(arguments: [(10, true), (11, false)])
    func `a message may be as long as allowed and no longer, in one frame or in several`(
        count: Int, isTaken: Bool
    ) {
        let one = ClientFrame.bytes(2, [UInt8](repeating: 7, count: count))
        let several =
            ClientFrame.bytes(2, [1, 2, 3], isFinal: false) + ClientFrame.bytes(0, [4, 5], isFinal: false)
            + ClientFrame.bytes(0, [UInt8](repeating: 7, count: count - 5))

        for bytes in [one, several] {
            let events = FrameRun(bytes, maxMessageBytes: 10).events
            if isTaken {
                guard case .message(let message, false, false) = events.first else {
                    Issue.record("no message")
                    continue
                }
                #expect(message.count == count)
            } else {
                #expect(events == [.failed(.tooLarge)])
            }
        }
    }

    @Test func `a long message is refused by its header, before anything of it is kept`() {
        let header: [UInt8] = [0x82, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3, 4]

        #expect(FrameRun(header).events == [.failed(.tooLarge)])
    }

    @Test func `the compression bit is for the first frame of a message, once agreed on`() {
        let first = ClientFrame.bytes(1, [1], isFinal: false, reserved: 4)
        let rest = ClientFrame.bytes(0, [2])

        #expect(
            FrameRun(first + rest, allowsCompression: true).events == [
                .message([1, 2], isText: true, isCompressed: true)
            ])
        let twice = first + ClientFrame.bytes(0, [2], reserved: 4)
        #expect(FrameRun(twice, allowsCompression: true).events.map(Self.code) == [1002])
        #expect(
            FrameRun(ClientFrame.bytes(9, [], reserved: 4), allowsCompression: true).events.map(Self.code)
                == [1002])
    }

    @Test func `frames that we write are read back`() {
        for count in [0, 1, 125, 126, 127, 65535, 65536, 70000] {
            var header: [UInt8] = []
            FrameHeader(opcode: .binary).append(payloadCount: count, to: &header)
            let masked = ClientFrame.bytes(2, [UInt8](repeating: 9, count: count))

            #expect(header[0] == masked[0])
            #expect(header[1] == masked[1] & 0x7F)
            #expect(header.dropFirst(2).elementsEqual(masked[2..<(header.count)]))
            #expect(header.count + 4 == masked.count - count)
        }
    }

    static func code(_ event: FrameReader.Event) -> Int {
        if case .failed(let failure) = event { failure.code } else { 0 }
    }
}
