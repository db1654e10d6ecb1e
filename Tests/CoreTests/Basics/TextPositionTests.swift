import TestSupport
import Testing

@testable import Core

struct TextPositionTests {
    @Test func `many places are found as one is`() {
        for size in [0, 1, 1_023, 1_024, 1_025, 5_000] {
            var chance = SeededGenerator(seed: UInt64(size))
            let bytes = (0..<size).map { _ -> UInt8 in
                [0x0A, 0x61, 0xC3, 0xA5].randomElement(using: &chance) ?? 0
            }
            let positions = TextPositions(in: bytes)
            for offset in [-1, 0, 1, 1_023, 1_024, 1_025, size - 1, size, size + 2_000] {
                #expect(positions.position(at: offset) == TextPosition(offset: offset, in: bytes))
            }
        }
    }
}
