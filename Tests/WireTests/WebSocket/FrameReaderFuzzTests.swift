import TestSupport
import Testing

@testable import Wire

struct FrameReaderFuzzTests {
    @Test func `mutated frames never trap, and splitting them changes nothing`() {
        let corpus = (FrameReaderTests.good + FrameReaderTests.bad).map(\.bytes)
        for seed in fuzzSeeds() {
            var random = SeededGenerator(seed: seed)
            let bytes = Mutation.mutated(corpus, &random)
            let allows = Bool.random(using: &random)

            let whole = FrameRun(bytes, maxMessageBytes: 200, allowsCompression: allows)
            let cuts = (0..<Int.random(in: 1...8, using: &random)).map { _ in
                Int.random(in: 0...bytes.count, using: &random)
            }

            #expect(
                FrameRun(bytes, cuts: cuts, maxMessageBytes: 200, allowsCompression: allows) == whole,
                "seed \(seed)")
        }
    }

    @Test func `a server's mutated frames never trap either`() {
        let corpus = (FrameReaderTests.good + FrameReaderTests.bad).map { ClientFrame.unmasked($0.bytes) }
        for seed in fuzzSeeds() {
            var random = SeededGenerator(seed: seed)
            let bytes = Mutation.mutated(corpus, &random)

            let whole = FrameRun(bytes, maxMessageBytes: 200, isMasked: false)
            let cuts = (0..<Int.random(in: 1...8, using: &random)).map { _ in
                Int.random(in: 0...bytes.count, using: &random)
            }

            #expect(
                FrameRun(bytes, cuts: cuts, maxMessageBytes: 200, isMasked: false) == whole, "seed \(seed)")
        }
    }

    @Test func `random messages in random fragments come back as they were`() {
        for seed in fuzzSeeds() {
            var random = SeededGenerator(seed: seed)
            var bytes: [UInt8] = []
            var expected: [FrameReader.Event] = []
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let (frames, events) = Self.message(&random)
                bytes += frames
                expected += events
            }
            let cuts = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                Int.random(in: 0...bytes.count, using: &random)
            }

            #expect(FrameRun(bytes, cuts: cuts).events == expected, "seed \(seed)")
        }
    }

    @Test func `our check of UTF-8 agrees with the standard library's`() {
        for seed in fuzzSeeds() {
            var random = SeededGenerator(seed: seed)
            var text = Array(Self.text(&random).utf8)
            for _ in 0..<Int.random(in: 0...2, using: &random) where !text.isEmpty {
                text[Int.random(in: 0..<text.count, using: &random)] = UInt8.random(
                    in: 0...255, using: &random)
            }

            let isValid = String(validating: text, as: UTF8.self) != nil

            #expect(
                (FrameRun(ClientFrame.bytes(1, text)).events.map(FrameReaderTests.code) == [0]) == isValid,
                "seed \(seed)")
        }
    }

    private static func text(_ random: inout SeededGenerator) -> String {
        let scalars: [ClosedRange<UInt32>] = [
            0x20...0x7E, 0x80...0x7FF, 0x800...0xD7FF, 0xE000...0xFFFF, 0x10000...0x10FFFF,
        ]
        var text = ""
        for _ in 0..<Int.random(in: 0...60, using: &random) {
            let range = scalars.randomElement(using: &random) ?? 0x20...0x7E
            Unicode.Scalar(UInt32.random(in: range, using: &random)).map { text.unicodeScalars.append($0) }
        }
        return text
    }

    private static func message(_ random: inout SeededGenerator) -> ([UInt8], [FrameReader.Event]) {
        let isText = Bool.random(using: &random)
        let payload = Array(text(&random).utf8)
        var frames: [UInt8] = []
        var events: [FrameReader.Event] = []
        var start = 0
        for index in 0...Int.random(in: 0...3, using: &random) {
            let end = Int.random(in: start...payload.count, using: &random)
            frames += ClientFrame.bytes(
                index == 0 ? (isText ? 1 : 2) : 0, Array(payload[start..<end]), isFinal: false)
            start = end
            if Bool.random(using: &random) {
                frames += ClientFrame.bytes(9, [UInt8(index)])
                events.append(.ping([UInt8(index)]))
            }
        }
        frames += ClientFrame.bytes(0, Array(payload[start...]))
        return (frames, events + [.message(payload, isText: isText, isCompressed: false)])
    }
}
