import Core
import Foundation
import Testing

@testable import Agent

@MainActor
struct KeptFilesTests {
    /// Saves files of `bytes` bytes as messages do; returns the names that are left.
    private func left(after count: Int, bytes: Int, _ kept: KeptFiles) throws -> [String] {
        let folder = NSTemporaryDirectory() + "kept-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for number in 0..<count {
            let path = "\(folder)/\(1000 + number)-a.png"
            try Data(count: bytes).write(to: URL(fileURLWithPath: path))
            kept.note(folder)
        }
        return FolderListing.names(in: folder).sorted()
    }

    @Test func `the oldest go when there are too many bytes`() throws {
        let names = try left(after: 21, bytes: 1000, KeptFiles(mostBytes: 5_500, mostFiles: 100))
        #expect(names == (1016...1020).map { "\($0)-a.png" })
    }

    @Test func `the oldest go when there are too many files`() throws {
        let names = try left(after: 41, bytes: 1, KeptFiles(mostBytes: 1 << 20, mostFiles: 3))
        #expect(names == ["1038-a.png", "1039-a.png", "1040-a.png"])
    }

    @Test func `a small folder is left alone`() throws {
        #expect(try left(after: 30, bytes: 1000, KeptFiles()).count == 30)
    }
}
