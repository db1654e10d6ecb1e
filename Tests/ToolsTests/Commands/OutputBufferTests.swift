import Testing

@testable import Tools

struct OutputBufferTests {
    @Test(arguments: [1, 7, 64, 1_000, 4_096])
    func `little output is kept whole, whatever the pieces`(piece: Int) {
        let text = (0..<400).map { "line \($0)\n" }.joined()

        #expect(filled(text, piece: piece, limit: 100_000).text == text)
    }

    @Test(arguments: [1, 7, 64, 1_000, 4_096, 100_000])
    func `much output keeps both ends and counts the rest`(piece: Int) {
        let text = (0..<20_000).map { "line \($0)\n" }.joined()
        let buffer = filled(text, piece: piece, limit: 10_000)

        #expect(buffer.text.hasPrefix(String(text.prefix(4_000))))
        #expect(buffer.text.hasSuffix(String(text.suffix(6_000))))
        #expect(buffer.text.contains("[… \(text.utf8.count - 10_000) bytes left out …]"))
        #expect(buffer.end(100) == String(text.suffix(100)))
    }

    private func filled(_ text: String, piece: Int, limit: Int) -> OutputBuffer {
        var buffer = OutputBuffer(limit: limit)
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: piece) {
            buffer.append(bytes[start..<min(start + piece, bytes.count)])
        }
        return buffer
    }
}
