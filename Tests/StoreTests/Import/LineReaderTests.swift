import Testing

@testable import Store

struct LineReaderTests {
    private func lines(_ text: String, longest: Int = 1 << 20, from offset: Int64 = 0) throws -> [String?] {
        let folder = try TemporaryFolder()
        try folder.write(text, to: "file")
        guard var reader = LineReader(folder.path + "/file", from: offset, longestLine: longest) else {
            return ["no file"]
        }
        var lines: [String?] = []
        while let line = reader.next() {
            if case .text(let bytes) = line {
                lines.append(String(decoding: bytes, as: UTF8.self))
            } else {
                lines.append(nil)
            }
        }
        return lines
    }

    @Test(
        arguments: [
            ("", []), ("a", ["a"]), ("a\n", ["a"]), ("a\nb", ["a", "b"]), ("\n\na\n", ["", "", "a"]),
            ("å\r\nb", ["å\r", "b"]),
        ] as [(String, [String])])
    func `lines are cut at every line feed`(text: String, expected: [String]) throws {
        #expect(try lines(text) == expected)
    }

    @Test func `a line longer than a block comes whole, one longer than the limit not at all`() throws {
        let long = String(repeating: "x", count: 200_000)
        #expect(try lines("a\n\(long)\nb\n") == ["a", long, "b"])
        #expect(try lines("a\n\(long)\nb\n", longest: 100_000) == ["a", nil, "b"])
        #expect(try lines("a\n\(long)", longest: 100_000) == ["a", nil])
    }

    @Test(arguments: 1...40) func `reading goes on from any offset it gave`(stop: Int) throws {
        let all = (0..<40).map { String(repeating: "line \($0) ", count: $0 * 100) }
        let folder = try TemporaryFolder()
        try folder.write(all.joined(separator: "\n") + "\n", to: "file")
        guard var first = LineReader(folder.path + "/file") else { fatalError("The file is gone.") }
        for _ in 0..<stop { _ = first.next() }
        guard var second = LineReader(folder.path + "/file", from: first.offset) else {
            fatalError("The file is gone.")
        }
        guard case .text(let line)? = second.next() else {
            #expect(stop == 40)
            return
        }
        #expect(String(decoding: line, as: UTF8.self) == all[stop])
    }

    @Test func `a file that is not there cannot be read`() throws {
        let reader = LineReader("/nowhere/at/all")
        #expect(reader == nil ? true : false)
    }
}
