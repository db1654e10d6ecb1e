import Core
import TestSupport
import Testing

struct EnvironmentTests {
    @Test(
        arguments: [
            ("A=1", ["A": "1"]), ("A=1\nB=2\n", ["A": "1", "B": "2"]), ("# c\n\nA=1 # c\n", ["A": "1"]),
            ("\u{FEFF}A=1\nB=2", ["A": "1", "B": "2"]), ("export A=1", ["A": "1"]), (" A = 1 ", ["A": "1"]),
            ("A=", ["A": ""]), ("A='x # y'", ["A": "x # y"]), ("A=\"x\\ny\"", ["A": "x\ny"]),
            ("A='x\\ny'", ["A": "x\\ny"]), ("A=\"x\ny\"\nB=2", ["A": "x\ny", "B": "2"]),
            ("A=x=y", ["A": "x=y"]), ("A=\"x\" # c\nB=1", ["A": "x", "B": "1"]),
            ("1A=1\n=2\nnothing\nB=1", ["B": "1"]), ("A=1\nA=2", ["A": "2"]),
            ("A=\"x", ["A": "\"x"]), ("A=1\r\nB=2\r\n", ["A": "1", "B": "2"]),
            ("A=\"say \\\"hi\\\"\"", ["A": "say \"hi\""]), ("", [:]), ("A=`x'\"y`", ["A": "x'\"y"]),
        ] as [(String, [String: String])])
    func `a file of variables is read`(text: String, variables: [String: String]) {
        #expect(Environment.parse(text) == variables)
    }

    @Test(
        arguments: [
            ("A=1\n\n# c\nB=2", []), ("A\nB=1\n=2\n 1C=1", [1, 3, 4]), ("A='x\ny\nz' # c\nword\nB=1", [4]),
            ("A='x\r\ny'\r\nword\r\n", [3]), ("\u{FEFF}word", [1]), ("A='x'", []), ("A=\"x\ny\"", []),
        ] as [(String, [Int])])
    func `lines that say nothing are counted by their numbers`(text: String, lines: [Int]) {
        #expect(Environment.read(text).wrongLines == lines)
    }

    @Test(
        arguments: [
            ("", "KEY=new\n"), ("A=1", "A=1\nKEY=new\n"), ("A=1\n\n", "A=1\n\nKEY=new\n"),
            ("# mine\nexport KEY='old' # was\nB=2\n", "# mine\nKEY=new\nB=2\n"),
            ("KEY=1\nKEY=2\n", "KEY=1\nKEY=new\n"), ("A='x\nKEY=y'\n", "A='x\nKEY=y'\nKEY=new\n"),
            ("KEY='x\ny'\n", nil),
            ("A=1\r\n", "A=1\r\n\nKEY=new\n"),
        ] as [(String, String?)])
    func `a variable is set in its place or at the end`(text: String, edited: String?) {
        #expect(Environment.text(text, setting: "KEY", to: "new") == edited)
    }

    @Test(arguments: [
        "sk-1_x.Y+/=:~", "#a", "a#b", "a=b", "$HOME", "a'b", "a b", "é", "", "a\\", "a\nB=1", "`x`",
    ])
    func `a value is read as it was set, or not set`(value: String) {
        let isTaken = !value.contains { "' \\\n`é".contains($0) } && !value.isEmpty

        let text = Environment.text("", setting: "KEY", to: value)

        #expect(text.map { Environment.parse($0) } == (isTaken ? ["KEY": value] : nil))
    }

    @Test func `added variables replace none but empty ones`() {
        var environment = Environment(["A": "1", "B": ""])

        environment.add(["A": "2", "B": "2", "C": "2"])

        #expect(environment.variables == ["A": "1", "B": "2", "C": "2"])
    }

    @Test func `no text makes it trap`() {
        for seed in fuzzSeeds() {
            var chance = SeededGenerator(seed: seed)
            let bytes = Fuzzing.mutated(
                Array("export A=\"x\\\"\\n\" # c\nB='y\nz'\r\nC=`q`\n".utf8), using: &chance)

            #expect(Environment.parse(String(decoding: bytes, as: UTF8.self)).count <= bytes.count)
        }
    }
}
