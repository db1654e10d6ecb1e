import Foundation
import Testing

@testable import App

struct ConsoleStreamTests {
    /// All that is in the pipe now.
    private func unread(_ pipe: Pipe) -> String {
        let descriptor = pipe.fileHandleForReading.fileDescriptor
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = read(descriptor, &piece, piece.count), count > 0 {
            bytes += piece.prefix(count)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `a pipe that nobody reads is not waited for, and what is missing is counted`() {
        let pipe = Pipe()
        let stream = ConsoleStream(pipe.fileHandleForWriting.fileDescriptor)
        let line = String(repeating: "x", count: 999)
        for _ in 0..<200 { stream.write(line) }

        let before = unread(pipe)
        stream.write("again")
        let after = unread(pipe)
        let whole = before.split(separator: "\n").count { $0.count == 999 }
        let cut = before.hasSuffix("\n") ? "" : "\n"
        #expect(after == cut + "[log] \(200 - whole) lines are missing here: they were not taken\nagain\n")
    }

    @Test func `a line longer than what is taken at once comes whole`() {
        let pipe = Pipe()
        ConsoleStream(pipe.fileHandleForWriting.fileDescriptor).write(String(repeating: "y", count: 20_000))
        #expect(unread(pipe).utf8.count == 20_001)
    }
}
