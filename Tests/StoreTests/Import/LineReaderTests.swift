import Testing

@testable import Store

struct LineReaderTests {
    private func lines(_ text: String, longest: Int = 1 << 20, from offset: Int64 = 0) throws -> [String?] {
        let folder = try TemporaryFolder()
        try folder.write(text, to: "file")
        var reader = try LineReader(folder.path + "/file", from: offset, longestLine: longest)
        var lines: [String?] = []
        while let line = try reader.next() {
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
        var first = try LineReader(folder.path + "/file")
        for _ in 0..<stop { _ = try first.next() }
        var second = try LineReader(folder.path + "/file", from: first.offset)
        guard case .text(let line)? = try second.next() else {
            #expect(stop == 40)
            return
        }
        #expect(String(decoding: line, as: UTF8.self) == all[stop])
    }

    @Test(arguments: ["/nowhere/at/all", "/"]) func `what is no file cannot be read`(path: String) {
        #expect(throws: ImportProblem.self) {
            var reader = try LineReader(path)
            _ = try reader.next()
        }
    }
}
