import Core
import Testing

@testable import Agent

/// The file with what people have decided about commands, and what follows from it.
@MainActor
struct ApprovalsFileTests {
    final class Disk {
        var bytes: [UInt8]?
        var writes = 0
        init(_ text: String?) { bytes = text.map { Array($0.utf8) } }
        var json: JSON { (try? JSON.parse(bytes ?? [])) ?? .null }
    }

    private func file(_ disk: Disk) -> ApprovalsFile {
        ApprovalsFile(
            path: "/state/exec-approvals.json", home: "/home/ann", load: { disk.bytes },
            save: { bytes in
                disk.bytes = bytes
                disk.writes += 1
            })
    }

    private func program(_ path: String, real: String? = nil, name: String? = nil, isHarmless: Bool = false)
        -> CommandProgram
    {
        CommandProgram(name: name ?? path, path: path, realPath: real ?? path, isHarmless: isHarmless)
    }

    // MARK: Policy

    @Test(
        arguments: [
            (nil, ExecWish(), "full off deny"),
            (nil, ExecWish(security: .allowlist), "allowlist on-miss deny"),
            (nil, ExecWish(security: .allowlist, ask: .off), "allowlist off deny"),
            ("{version:1, defaults:{security:'allowlist'}}", ExecWish(), "allowlist on-miss deny"),
            (
                "{version:1, defaults:{security:'full', ask:'off'}}",
                ExecWish(security: .allowlist, ask: .always), "allowlist always deny"
            ),
            (
                "{version:1, defaults:{ask:'always'}}", ExecWish(security: .full, ask: .off),
                "full always deny"
            ),
            (
                "{version:1, defaults:{security:'deny'}, agents:{main:{security:'full'}}}", ExecWish(),
                "full off deny"
            ),
            ("{version:1, agents:{'*':{security:'deny'}}}", ExecWish(), "deny off deny"),
            (
                "{version:1, agents:{'*':{security:'deny'}, main:{security:'allowlist'}}}", ExecWish(),
                "allowlist on-miss deny"
            ),
            ("{version:1, agents:{other:{security:'deny'}}}", ExecWish(), "full off deny"),
            (
                "{version:1, defaults:{askFallback:'full'}}", ExecWish(security: .allowlist),
                "allowlist on-miss allowlist"
            ),
            ("{version:1, defaults:{askFallback:'full'}}", ExecWish(ask: .always), "full always full"),
            ("{version:1, agents:{Main:{security:'deny'}}}", ExecWish(), "deny off deny"),
        ] as [(String?, ExecWish, String)])
    func `the stricter of config and file holds`(text: String?, wish: ExecWish, expected: String) throws {
        let policy = try file(Disk(text)).policy(of: .main, wish)

        #expect("\(policy.security.rawValue) \(policy.ask.rawValue) \(policy.fallback.rawValue)" == expected)
    }

    @Test(arguments: [
        "{", "[]", "{}", "{version:2}", "{version:1, defaults:{security:'fulll'}}",
        "{version:1, defaults:{ask:true}}",
        "{version:1, agents:{main:{security:'none'}}}", "{version:1, agents:[]}",
        "{version:1, agents:{main:'full'}}",
        "{version:1, agents:{main:{allowlist:[{path:'x'}]}}}", "{version:1, agents:{main:{allowlist:'x'}}}",
        "{version:1, defaults:{askFallback:'yes'}}", "", " \n", "{version:1, default:{security:'deny'}}",
        "{version:1, agent:{}}", "{version:1, defaults:{securty:'deny'}}",
        "{version:1, agents:{main:{askFalback:'deny'}}}",
        "{version:1, agents:{main:{allowlist:[{pattern:'x', argPatern:'y'}]}}}",
    ])
    func `a file with a mistake lets nothing run`(text: String) {
        #expect(throws: ApprovalsFileError.self) { try file(Disk(text)).policy(of: .main, ExecWish()) }
    }

    @Test(
        arguments: [
            ("deny", ExecWish(security: .deny)), ("allowlist", ExecWish(security: .allowlist, ask: .off)),
            ("ask", ExecWish(security: .allowlist, ask: .onMiss)),
            ("auto", ExecWish(security: .allowlist, ask: .onMiss)),
            ("full", ExecWish(security: .full, ask: .off)), (nil, ExecWish()),
        ] as [(String?, ExecWish)])
    func `a mode is both in one word`(mode: String?, wish: ExecWish) {
        #expect(ExecWish(mode: mode) == wish)
    }

    // MARK: Patterns

    @Test(arguments: [
        ("/usr/bin/git", "/usr/bin/git", true), ("/usr/bin/GIT", "/usr/bin/git", true),
        ("/usr/bin/gi", "/usr/bin/git", false),
        ("/usr/bin/*", "/usr/bin/git", true), ("/usr/*", "/usr/bin/git", false),
        ("/usr/**", "/usr/bin/git", true),
        ("/opt/**/bin/*", "/opt/a/b/bin/x", true), ("/opt/**/bin/*", "/opt/a/b/bin/x/y", false),
        ("/opt/*/x", "/opt/a/b/x", false),
        ("~/bin/*", "/home/ann/bin/x", true), ("~/bin/*", "/home/bob/bin/x", false),
        ("/usr/bin/g?t", "/usr/bin/get", true),
        ("/usr/bin?git", "/usr/bin/git", false), ("/a/***/b", "/a/x/y/b", true), ("**", "/x", false),
        ("/**", "/x/y", true),
        ("git", "/usr/bin/git", false), ("", "/usr/bin/git", false),
        ("/*/*/*/*/*/*/*/*", "/a/b/c/d/e/f/g/h", true),
    ])
    func `a pattern means the paths that it describes`(pattern: String, path: String, isMatch: Bool) {
        #expect(AllowedProgram(pattern: pattern).matches(program(path), home: "/home/ann") == isMatch)
    }

    @Test func `a bare name means what is found through the path only`() {
        let entry = AllowedProgram(pattern: "g*")

        #expect(entry.matches(program("/usr/bin/git", name: "git"), home: nil))
        #expect(!entry.matches(program("/home/ann/git", name: "./git"), home: nil))
    }

    @Test func `a plain path also means what its links lead to`() {
        #expect(
            AllowedProgram(pattern: "/usr/bin/vi").matches(
                program("/usr/bin/editor", real: "/usr/bin/vi"), home: nil))
    }

    @Test func `an entry that allows only some arguments allows nothing`() throws {
        let file = file(
            Disk("{version:1, agents:{main:{allowlist:[{pattern:'/bin/a', argPattern:'^x$'}]}}}"))

        let policy = try file.policy(of: .main, ExecWish(security: .allowlist))

        #expect(policy.allowlist.isEmpty)
    }

    @Test func `what another release kept is brought in once`() throws {
        let disk = Disk(nil)
        try file(disk).bringIn("{version:1}")
        try file(disk).bringIn("{version:1, defaults:{}}")

        #expect(disk.bytes == Array("{version:1}".utf8))
    }

    @Test func `every program has to be listed or harmless`() throws {
        let file = file(
            Disk("{version:1, agents:{'*':{allowlist:[{pattern:'/bin/a'}]}, main:{allowlist:['/bin/b']}}}"))
        let policy = try file.policy(of: .main, ExecWish(security: .allowlist))
        let (a, b, c) = (program("/bin/a"), program("/bin/b"), program("/bin/c"))

        #expect(file.entries(for: [a, b, program("/bin/grep", isHarmless: true)], in: policy)?.count == 2)
        #expect(file.entries(for: [a, c], in: policy) == nil)
    }

    // MARK: Writing

    @Test func `what is not known in the file stays`() throws {
        let disk = Disk(
            "{version:1, socket:{path:'/s', token:'t'}, future:[1], agents:{main:{note:'x', allowlist:[{pattern:'/a', extra:1}]}}}"
        )

        let new = try file(disk).allow(
            ["/a", "/b"], for: "main", command: "b x", at: Timestamp(milliseconds: 5))

        #expect(new == ["/b"])
        #expect(disk.json["socket"]?["token"] == "t" && disk.json["future"] == [1])
        #expect(disk.json["agents"]?["main"]?["note"] == "x")
        let list = disk.json["agents"]?["main"]?["allowlist"]?.arrayValue ?? []
        #expect(list.count == 2 && list[0]["extra"] == 1 && list[1]["pattern"] == "/b")
        #expect(list[1]["lastUsedAt"] == 5 && list[1]["lastUsedCommand"] == "b x")
    }

    @Test func `what is listed already is not written again, and can be taken off`() throws {
        let disk = Disk(nil)
        let file = file(disk)
        try file.allow(["/a"], for: "*")
        try file.allow(["/a"], for: "*")

        #expect(disk.writes == 1)
        #expect(try file.disallow("/a", for: "*"))
        #expect(try !file.disallow("/a", for: "*"))
        #expect(disk.writes == 2)
    }

    @Test func `a use is noted once an hour`() throws {
        let disk = Disk("{version:1, agents:{main:{allowlist:[{pattern:'/a'}]}}}")
        let file = file(disk)
        for minute in [0, 1, 59, 62] {
            let policy = try file.policy(of: .main, ExecWish(security: .allowlist))
            try file.note(
                policy.allowlist, for: .main, "a", at: Timestamp(milliseconds: Int64(minute + 1) * 60_000))
        }

        #expect(disk.writes == 2)
    }
}
