import Core
import TestSupport
import Testing

struct EnvironmentTests {
    @Test(
        arguments: [
            ("A=1", ["A": "1"]), ("A=1\nB=2\n", ["A": "1", "B": "2"]), ("# c\n\nA=1 # c\n", ["A": "1"]),
            ("export A=1", ["A": "1"]), (" A = 1 ", ["A": "1"]),
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

    @Test func `added variables replace none but empty ones`() {
        var environment = Environment(["A": "1", "B": ""])

        environment.add(["A": "2", "B": "2", "C": "2"])

        #expect(environment.variables == ["A": "1", "B": "2", "C": "2"])
    }

    @Test func `no text makes it trap`() {
        for seed in 0..<UInt64(fuzzRounds) {
            var chance = SeededGenerator(seed: seed)
            let bytes = Fuzzing.mutated(
                Array("export A=\"x\\\"\\n\" # c\nB='y\nz'\r\nC=`q`\n".utf8), using: &chance)

            #expect(Environment.parse(String(decoding: bytes, as: UTF8.self)).count <= bytes.count)
        }
    }
}
