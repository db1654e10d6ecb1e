import Core
import Foundation
import Testing

@testable import Gateway

/// Alarms that ring when the test says so.
@MainActor
private final class Alarms {
    final class Alarm {
        let delay: Duration
        let ring: @MainActor () -> Void

        init(_ delay: Duration, _ ring: @escaping @MainActor () -> Void) {
            self.delay = delay
            self.ring = ring
        }
    }

    weak var last: Alarm?

    func make(_ delay: Duration, _ ring: @escaping @MainActor () -> Void) -> AnyObject {
        let alarm = Alarm(delay, ring)
        last = alarm
        return alarm
    }
}

@MainActor
struct ConfigWatcherTests {
    /// A way in which people and programs write a file.
    struct Way: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let script: String
    }

    nonisolated static let ways = [
        Way(testDescription: "tee", script: "echo '{b: 2}' | tee openclaw.json"),
        Way(testDescription: "shell redirection", script: "cat > openclaw.json << EOF\n{b: 2}\nEOF"),
        Way(testDescription: "append", script: "echo '// more' >> openclaw.json"),
        Way(testDescription: "rename over", script: "echo '{b: 2}' > new && mv new openclaw.json"),
        Way(testDescription: "delete and create", script: "rm openclaw.json; echo '{b: 2}' > openclaw.json"),
        Way(
            testDescription: "editor with a backup",
            script: "mv openclaw.json openclaw.json~; echo '{b: 2}' > openclaw.json; rm openclaw.json~"),
        Way(
            testDescription: "editor with a swap file",
            script:
                "echo x > .openclaw.json.swp; echo '{b: 2}' > 4913; mv 4913 openclaw.json; rm .openclaw.json.swp"
        ),
        Way(testDescription: "sed -i", script: "sed -i 's/1/2/' openclaw.json"),
        Way(testDescription: "copy over", script: "echo '{b: 2}' > other && cp other openclaw.json"),
        Way(
            testDescription: "a link in its place",
            script: "echo '{b: 2}' > other && ln -sf other openclaw.json"),
        Way(
            testDescription: "in pieces, as sftp",
            script: "exec 3> openclaw.json; printf '{b:' >&3; printf ' 2}' >&3; exec 3>&-"),
        Way(testDescription: "delete", script: "rm openclaw.json"),
    ]

    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("{a: 1}", to: "openclaw.json")
    }

    private func run(_ script: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-ec", script]
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    private func isNoticed(_ script: String, of files: [String]) throws -> Bool {
        var isNoticed = false
        let notifier = FolderNotifier { isNoticed = true }
        notifier.watch(files.map { folder.path + "/" + $0 })
        try run(script)
        notifier.readEvents()
        return isNoticed
    }

    @Test(arguments: ways)
    func `a write is noticed`(way: Way) throws {
        #expect(try isNoticed(way.script, of: ["openclaw.json"]))
    }

    @Test func `the target of a link, and a link on the way, are watched`() throws {
        try run(
            "mkdir -p data/..v1 data/..v2; echo '{a: 1}' > data/..v1/c; echo '{a: 2}' > data/..v2/c; ln -s ..v1 data/..data; ln -s ..data/c data/c; ln -sf data/c openclaw.json"
        )

        #expect(try isNoticed("ln -s ..v2 data/..tmp && mv -T data/..tmp data/..data", of: ["openclaw.json"]))
        #expect(try isNoticed("echo '{a: 3}' > data/..v2/c", of: ["openclaw.json"]))
        #expect(try isNoticed("echo '{a: 4}' > openclaw.json", of: ["openclaw.json"]))
        #expect(try !isNoticed("echo '{a: 5}' > data/..v1/c", of: ["openclaw.json"]))
    }

    @Test func `included files and files that are missing yet are watched`() throws {
        try run("mkdir sub")

        #expect(try isNoticed("echo 1 > sub/a.json5", of: ["openclaw.json", "sub/a.json5"]))
        #expect(try isNoticed("mkdir new", of: ["openclaw.json", "new/b.json5"]))
    }

    @Test func `a folder further up that is moved is noticed`() throws {
        try run("mkdir -p a/b/c; echo '{a: 1}' > a/b/c/openclaw.json")

        #expect(try isNoticed("mv a away", of: ["a/b/c/openclaw.json"]))
        #expect(try isNoticed("mv away a", of: ["a/b/c/openclaw.json"]))
        #expect(try !isNoticed("mkdir a/other; echo x > a/b/other", of: ["a/b/c/openclaw.json"]))
    }

    @Test func `other files, and reading, are not noticed`() throws {
        #expect(
            try !isNoticed(
                "echo x > openclaw.sqlite; mv openclaw.sqlite y; rm y; cat openclaw.json; chmod 600 openclaw.json; echo x > openclaw.json.bak",
                of: ["openclaw.json"]))
    }

    // MARK: Waiting

    @Test func `several writes are told once, after the last`() {
        let alarms = Alarms()
        var told = 0
        let watcher = ConfigWatcher(settle: { .milliseconds(300) }, alarm: alarms.make, files: { [] }) {
            told += 1
            return .done
        }

        watcher.changed()
        weak let first = alarms.last
        watcher.changed()
        #expect(first === nil, "the first alarm was let go of")
        #expect(alarms.last?.delay == .milliseconds(300))
        alarms.last?.ring()

        #expect(told == 1)
        #expect(alarms.last == nil)
    }

    @Test func `what looks half written is looked at once more, and not for ever`() {
        let alarms = Alarms()
        var told = 0
        let watcher = ConfigWatcher(settle: { .milliseconds(300) }, alarm: alarms.make, files: { [] }) {
            told += 1
            return .lookAgain
        }

        watcher.changed()
        alarms.last?.ring()
        #expect(told == 1)
        #expect(alarms.last != nil)
        alarms.last?.ring()

        #expect(told == 2)
        #expect(alarms.last == nil)
    }
}
