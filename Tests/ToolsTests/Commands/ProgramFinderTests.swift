import Core
import Foundation
import Testing

@testable import Tools

/// Which command lines can be told for certain, and which cannot.
@MainActor
struct ProgramFinderTests {
    private let folder = Folder()

    private final class Folder {
        let path = NSTemporaryDirectory() + "finder-\(UUID().uuidString)"

        static let starters = [
            "choom", "setarch", "linux64", "x86_64", "start-stop-daemon", "logsave", "sg", "newgrp", "capsh",
            "fakeroot", "dbus-run-session", "ssh-agent", "valgrind", "perf", "tmux", "ld-musl-x86_64.so.1",
        ]

        init() {
            let files = FileManager.default
            for name in ["work/bin", "tools"] {
                try? files.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: true)
            }
            for name in Self.starters.map({ "tools/\($0)" }) + [
                "tools/build", "tools/find", "tools/my tool", "tools/sort", "work/bin/run", "work/a=b",
            ] {
                _ = files.createFile(
                    atPath: "\(path)/\(name)", contents: Data(), attributes: [.posixPermissions: 0o755])
            }
            _ = files.createFile(
                atPath: "\(path)/tools/notes", contents: Data(), attributes: [.posixPermissions: 0o644])
            try? files.createSymbolicLink(atPath: "\(path)/tools/disguise", withDestinationPath: "/bin/sh")
            try? files.createSymbolicLink(atPath: "\(path)/tools/alias", withDestinationPath: "build")
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    private func programs(_ line: String) -> [CommandProgram]? {
        ProgramFinder(
            directory: "\(folder.path)/work",
            environment: ["PATH": "\(folder.path)/tools:/usr/bin:/bin", "HOME": folder.path]
        ).programs(of: line)
    }

    @Test(arguments: [
        ("build", ["build"]), ("build --all 'a b' \"c;d\" e\\;f", ["build"]),
        ("build && build||build", ["build", "build", "build"]),
        ("build; ./bin/run", ["build", "./bin/run"]), ("build | bin/run", ["build", "bin/run"]),
        ("bu'il'd x", ["build"]), ("'my tool' x", ["my tool"]), ("my\\ tool", ["my tool"]),
        ("\"build\"", ["build"]),
        ("build *.txt ~/x {a,b} x?", ["build"]), ("build a#b x=y", ["build"]), ("\\build", ["build"]),
        ("printf '%s-v' x", ["printf"]), ("test -f x", ["test"]),
        ("build '$HOME' '`x`' '>'", ["build"]), ("build \"a\\$b\"", ["build"]), ("\tbuild\t", ["build"]),
    ])
    func `a plain line tells the programs it starts`(line: String, names: [String]) {
        #expect(programs(line)?.map(\.name) == names)
    }

    @Test func `a program is where the shell finds it, whatever way leads there`() throws {
        let root = try #require(RealPath.of(folder.path))

        #expect(programs("build")?[0].path == "\(root)/tools/build")
        #expect(programs("../tools/build")?[0].path == "\(root)/tools/build")
        #expect(programs("~/tools/build")?[0].path == "\(root)/tools/build")
        #expect(programs("bin/../../tools/build")?[0].path == "\(root)/tools/build")
        #expect(programs("alias-not-there") == nil)
        #expect(programs("../tools/alias")?[0].path == "\(root)/tools/alias")
        #expect(programs("../tools/alias")?[0].realPath == "\(root)/tools/build")
    }

    @Test(arguments: [
        "", " ", "build $(rm -rf /)", "build `rm -rf /`", "build \"$(rm x)\"", "build \"`rm x`\"",
        "build\nrm x",
        "build \\\nrm x", "build 'a\nrm x'", "build\r rm x", "build & rm x", "build &", "build > x",
        "build >> x",
        "build 2>&1", "build < x", "build <<E", "build <(rm x)", "build >| x", "build |& build", "build &> x",
        "build$IFS-x", "build ${IFS}x", "build $HOME", "build \"$HOME\"", "$0", "${SHELL}", "$'build'",
        "build $'x'",
        "X=1 build", "PATH=/tmp build", "LD_PRELOAD=/tmp/x.so build", "'X=1' build", "./a=b",
        "(build)", "{ build; }", "! build", "if build; then build; fi", "while build; do build; done",
        "f() { build; }",
        "build; ", "build &&", "&& build", "| build", "build | | build", ";; build", "build || ;",
        "build 'x", "build \"x", "build \\", "build # comment", "#build", "bui*", "?uild", "[b]uild",
        "{build,x}", "~root/build",
        "sh -c build", "bash -c build", "dash x", "/bin/sh -c 'rm x'", "../tools/disguise -c 'rm x'",
        "disguise -c x",
        "env build", "env -S 'rm x'", "xargs rm", "nohup build", "timeout 5 build", "nice build",
        "sudo build", "busybox rm",
        "find . -exec rm {} +", "find . -execdir rm {} ;", "find . -ok rm {} \\;", "find . -delete",
        "find . -fprintf x y",
        "find . '-exec' rm x", "find . -ex\"ec\" rm x", "find . {-exec,rm}", "find . -[e]xec rm",
        "eval build", "exec build", "command build", "builtin echo", ". build", "source build",
        "alias build=rm", "trap build EXIT",
        "cd / ", "export X=1", "set -- x", "build; unset PATH", "time build", "notes", "../tools/notes", "/",
        ".", "tools",
        "printf -v 'a[$(rm x)]' y", "printf '-va[$(rm x)]' y", "test -v 'a[$(rm x)]'", "test {-v,x}",
        "nothing-of-that-name", "build\u{0}rm", "build\u{7F}", "build\u{A0}x", "build\u{2028}rm x",
        "build\u{3000}x", "''", "\"\"",
        "build && rm$IFS-rf", "build; eval x", "build | sh", "build || curl x | bash",
    ])
    func `what cannot be told with certainty is not told`(line: String) {
        #expect(programs(line) == nil)
    }

    @Test(.enabled(if: RealPath.of("/proc/self/exe") != nil), arguments: ["/proc/self/root", "over"])
    func `a way through what each process has of its own is not told`(way: String) throws {
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder.path)/work/over", withDestinationPath: "bin/../../work/further")
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder.path)/work/further", withDestinationPath: "/proc/../proc/thread-self/root")

        #expect(programs("\(way)\(folder.path)/tools/build") == nil)
        #expect(programs("\(way)/proc/self/exe") == nil)
        #expect(programs("/\(folder.path)/work/../tools/build")?.count == 1)
    }

    @Test func `a program that starts others is never listed`() {
        for name in Folder.starters { #expect(programs("\(name) build") == nil, "\(name)") }
    }

    @Test(arguments: [
        "grep -in foo", "grep -e foo", "grep -m 5 foo", "grep -m5 foo", "grep -", "cut -d , -f1",
        "sort -k2 -n", "sort -rnu", "uniq -c",
        "head -5", "head -n 5", "head -c10", "tail -n +3", "tr a-z A-Z", "tr -d x", "wc -l", "wc",
        "head -n 5 -", "grep -- -x",
    ])
    func `a program that only reads its input is harmless`(line: String) throws {
        let program = try #require(
            ProgramFinder(directory: "/", environment: ["PATH": "/usr/bin:/bin"]).programs(of: line)?.first)

        #expect(program.isHarmless)
    }

    @Test(arguments: [
        "grep foo /etc/passwd", "grep -e foo x", "grep -f x", "grep -r foo", "grep -R foo", "grep foo -r",
        "grep -ir foo",
        "grep --file=x", "grep --include=x foo", "grep foo *", "grep foo ~", "cut -f1 x", "sort x",
        "sort -o x", "sort -ox", "sort -no x",
        "sort --output=x", "sort --compress-program=x", "sort --files0-from=x", "sort -T x", "uniq - x",
        "uniq x y", "head x",
        "head -n 5 x", "head -n", "tail -f x", "tail -f", "tail --follow=x", "tr a b c", "wc x",
        "wc --files0-from=x", "wc -l -- x",
        "grep -e", "sort {a,b}", "ls", "cat x", "awk 1", "sed 1d",
    ])
    func `an argument that may be a file, or an option nobody looked at, makes it one like any other`(
        line: String
    ) throws {
        let program = try #require(
            ProgramFinder(directory: "/", environment: ["PATH": "/usr/bin:/bin"]).programs(of: line)?.first)

        #expect(!program.isHarmless)
    }

    @Test(arguments: [
        (".a[0]", true), ("map(.x)|add", true), ("env.HOME", false), ("$ENV.PATH", false),
        ("import \"x\" as x; 1", false),
        ("include \"x\"; 1", false),
    ])
    func `a filter for jq may read neither the environment nor modules`(filter: String, isHarmless: Bool) {
        let word = ShellLine.Word(text: filter)

        #expect(SafeBins.isHarmless("/usr/bin/jq", [word]) == isHarmless)
        #expect(!SafeBins.isHarmless("/usr/bin/jq", [word, ShellLine.Word(text: "file")]))
        #expect(!SafeBins.isHarmless("/tmp/jq", [word]))
    }

    @Test func `a program of that name elsewhere is not the harmless one`() {
        #expect(programs("sort")?[0].isHarmless == false)
    }
}
