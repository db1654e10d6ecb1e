import Foundation
import Testing

@testable import App
@testable import Core

struct FileSinkTests {
    private let folder = NSTemporaryDirectory() + "openclaw-log-\(UUID())"
    /// Within a week: older files are removed.
    private let start = Timestamp(milliseconds: Timestamp.now.milliseconds / 3_600_000 * 3_600_000)
    /// Seconds after which the sink looks at its file again.
    private let later = 2

    private func sink(
        fixedPath: String? = nil, maxFileBytes: Int = 1 << 20, mask: LogMask = LogMask()
    ) -> FileSink {
        FileSink(
            BoundedFile(
                fixedPath.map { .at($0) } ?? .aDay(folder: folder + "/logs"), maxFileBytes: maxFileBytes),
            leastLevel: .info, mask: mask, hostname: "here")
    }

    private func line(_ message: String, second: Int = 0) -> Log.Line {
        Log.Line(
            time: start + .seconds(second), level: .info, subsystem: "test",
            message: message, metadata: [])
    }

    private func text(_ path: String) -> String {
        (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }

    @Test(arguments: ["file", "folder", "moved"])
    func `a file that is removed or moved away is begun anew`(what: String) throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/logs/openclaw-\(start.isoDay).log"
        let sink = sink()
        sink.write(line("before"))

        switch what {
        case "file": try FileManager.default.removeItem(atPath: path)
        case "folder": try FileManager.default.removeItem(atPath: folder + "/logs")
        default: try FileManager.default.moveItem(atPath: path, toPath: path + ".moved")
        }
        sink.write(line("after", second: later))

        #expect(text(path).contains("after") && !text(path).contains("before"))
    }

    @Test(arguments: [true, false])
    func `a full file is kept as the one before, and the newest lines are there`(isFixed: Bool) throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = isFixed ? folder + "/own.log" : folder + "/logs/openclaw-\(start.isoDay).log"
        let sink = sink(fixedPath: isFixed ? path : nil, maxFileBytes: 2_000)

        for number in 1...40 { sink.write(line("line \(number).")) }

        #expect(text(path).contains("line 40.") && text(path).utf8.count <= 2_000)
        #expect(text(path + ".1").contains("line ") && text(path + ".1").utf8.count <= 2_000)
        #expect(!text(path + ".1").contains("line 1."))
    }

    @Test(arguments: ["sk-ant-0123456789", "a \"known\" secret"])
    func `a secret is hidden also behind a line break and in quotes`(secret: String) {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let mask = LogMask()
        mask.replace(with: SecretMask(["a \"known\" secret"]))
        let sink = sink(fixedPath: folder + "/own.log", mask: mask)

        var line = line("the vendor said:\n\(secret)")
        line.metadata = [("error", "refused:\n\(secret)")]
        sink.write(line)

        let written = text(folder + "/own.log")
        #expect(written.contains("the vendor said") && written.contains("refused"))
        #expect(!written.contains("0123456789") && !written.contains("known"))
    }

    @Test func `of two who write one file only one puts it aside`() {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/both.log"
        let sinks = [sink(fixedPath: path, maxFileBytes: 2_000), sink(fixedPath: path, maxFileBytes: 2_000)]
        for sink in sinks { sink.write(line("first " + String(repeating: "x", count: 800))) }
        for sink in sinks { sink.write(line("second " + String(repeating: "y", count: 900))) }
        sinks[0].write(line("third " + String(repeating: "z", count: 900)))

        #expect(text(path + ".1").components(separatedBy: "first").count == 3)
        #expect(text(path).contains("third"))
    }

    @Test func `a file that was full when the process began is not the end of the log`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/own.log"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try String(repeating: "old ", count: 500).write(toFile: path, atomically: true, encoding: .utf8)

        sink(fixedPath: path, maxFileBytes: 2_000).write(line("new"))

        #expect(text(path).contains("new") && !text(path).contains("old"))
        #expect(text(path + ".1").hasPrefix("old "))
    }

    @Test func `a named pipe that nobody reads holds up nobody`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let path = folder + "/pipe.log"
        #expect(mkfifo(path, 0o600) == 0)
        let sink = sink(fixedPath: path)
        sink.write(line("lost"))
        #expect(sink.file.problem() != nil)
    }

    @Test func `what is no ordinary file is never renamed`() {
        let sink = sink(fixedPath: "/dev/null", maxFileBytes: 200)

        for number in 1...10 { sink.write(line("line \(number)")) }

        #expect(!FileManager.default.fileExists(atPath: "/dev/null.1"))
    }
}
