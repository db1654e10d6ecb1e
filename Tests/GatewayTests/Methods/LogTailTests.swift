import Core
import Foundation
import Testing

@testable import Gateway

struct LogTailTests {
    private func tail(_ text: String, cursor: Int? = nil, limit: Int = 500, maxBytes: Int = 1000) throws
        -> JSON
    {
        let path = NSTemporaryDirectory() + "gateway-log-" + UUID().uuidString
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        return LogTail(cursor: cursor, limit: limit, maxBytes: maxBytes).read(path)
    }

    @Test(
        arguments: [
            // whole, from a line's start, from inside a line, beyond the end, only the newest, nothing new
            (nil, 500, 1000, ["one", "two", "three"], false, false),
            (4, 500, 1000, ["two", "three"], false, false),
            (5, 500, 1000, ["three"], false, false), (99, 500, 1000, ["one", "two", "three"], true, false),
            (nil, 1, 1000, ["three"], false, false), (14, 500, 1000, [], false, false),
            (nil, 500, 8, ["three"], false, true), (0, 500, 8, ["three"], true, true),
        ] as [(Int?, Int, Int, [String], Bool, Bool)])
    func `the end is read by a byte cursor`(
        cursor: Int?, limit: Int, maxBytes: Int, lines: [String], isReset: Bool, isTruncated: Bool
    ) throws {
        let tail = try tail("one\ntwo\nthree\n", cursor: cursor, limit: limit, maxBytes: maxBytes)

        #expect(tail["lines"] == JSON(lines))
        #expect(tail["cursor"] == 14 && tail["size"] == 14)
        #expect(tail["reset"] == .bool(isReset))
        #expect(tail["truncated"] == .bool(isTruncated))
    }

    @Test
    func `no file is an empty log`() {
        let tail = LogTail(cursor: 7, limit: 10, maxBytes: 100).read("/nowhere/at/all.log")

        #expect(tail["lines"] == [] && tail["cursor"] == 0)
    }

    @Test
    func `a pipe is an empty log, and nobody waits for it`() {
        let path = NSTemporaryDirectory() + "gateway-log-" + UUID().uuidString
        mkfifo(path, 0o600)
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(LogTail().read(path)["lines"] == [])
    }
}

struct CalendarDayTests {
    @Test(
        arguments: [
            (0, "1970-01-01"), (-1, "1969-12-31"), (951_782_400_000, "2000-02-29"),
            (1_735_689_599_999, "2024-12-31"),
            (1_795_359_438_876, "2026-11-22"),
        ] as [(Int64, String)])
    func `a moment is on a day`(milliseconds: Int64, text: String) {
        #expect(CalendarDay(Timestamp(milliseconds: milliseconds)).text == text)
    }

    @Test
    func `a day later is the next one, over a whole leap year`() {
        var day = CalendarDay(Timestamp(milliseconds: 1_704_067_200_000))

        for _ in 0..<366 { day = day.adding(1) }

        #expect(day.text == "2025-01-01")
    }
}
