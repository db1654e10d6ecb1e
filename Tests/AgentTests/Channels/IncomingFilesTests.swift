import Core
import Foundation
import Testing

@testable import Agent

@MainActor
struct IncomingFilesTests {
    private let folder = NSTemporaryDirectory() + "incoming-\(UUID().uuidString)"

    private func picture(bytes: Int) -> IncomingFile {
        IncomingFile(name: "p.png", mimeType: "image/png") { path, _ throws(IncomingFile.FetchError) in
            let data = Data(
                [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + [UInt8](repeating: 0, count: bytes))
            guard FileManager.default.createFile(atPath: path, contents: data) else {
                throw .failed("no file")
            }
        }
    }

    @Test func `of many large pictures so many are shown as a request may hold, and all are kept`()
        async throws
    {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let files = IncomingFiles(base64: { String(repeating: "A", count: ($0.count + 2) / 3 * 4) })
        let pictures = [3_600_000, 3_600_000, 3_600_000, 3_600_000, 900_000].map { picture(bytes: $0) }
        let fetched = try await files.fetch(pictures, into: folder, most: 5 << 20)

        #expect(fetched.images.count == 4)
        #expect(fetched.images.reduce(0) { $0 + $1.base64.utf8.count } <= ContextWindow.mostImageBytes)
        #expect(fetched.lines.map { $0.contains("not shown to you") } == [false, false, false, true, false])
        #expect(FolderListing.names(in: folder).count == 5)
    }
}
