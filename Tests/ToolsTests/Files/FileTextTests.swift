import Foundation
import Testing

@testable import Tools

struct FileTextTests {
    @Test(arguments: ["", "one", "one\n", "one\ntwo", "one\n\n\n", "å\nö\n"])
    func `a small file is shown as it is`(text: String) throws {
        #expect(try FileText(bytes: Array(text.utf8)).shown() == text)
    }

    @Test
    func `a part says where it ends and how to go on`() throws {
        let file = FileText(bytes: Array("1\n2\n3\n4\n".utf8))

        #expect(try file.shown(offset: 2, limit: 2) == "2\n3\n[Lines 2-3 of 4. Continue with offset 4.]")
        #expect(try file.shown(offset: 4) == "4\n")
        #expect(throws: ToolFailure.self) { try file.shown(offset: 5) }
    }

    @Test
    func `pages put together are the file`() throws {
        let text = (1...5_000).map { "line \($0) \(String(repeating: "x", count: $0 % 60))\n" }.joined()
        let file = FileText(bytes: Array(text.utf8))
        var whole = ""
        var offset = 1
        while true {
            let page = try file.shown(offset: offset)
            #expect(page.utf8.count <= FileText.mostBytes + FileText.mostLineBytes + 100)
            guard let note = page.range(of: "[Lines ") else {
                whole += page
                break
            }
            let lines = page[..<note.lowerBound]
            whole += lines
            offset += lines.count { $0 == "\n" }
        }

        #expect(whole == text)
    }

    @Test
    func `a long line is cut and says so`() throws {
        let text = String(repeating: "x", count: 10_000) + "\nend\n"

        #expect(
            try FileText(bytes: Array(text.utf8)).shown().hasSuffix("[… 6000 more bytes in this line]\nend\n")
        )
    }
}
