import Core
import TestSupport
import Testing

struct ConfigEditTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let text: String
        let patch: JSON
        let result: String
        var testDescription: String { "\(text) ← \(patch.text)" }

        init(_ text: String, _ patch: JSON, _ result: String) {
            self.text = text
            self.patch = patch
            self.result = result
        }
    }

    static let cases: [Case] = [
        // Nothing to do
        Case("{a:1}", [:], "{a:1}"), Case("{ a: 0x10 } // c", ["a": 16], "{ a: 0x10 } // c"),
        Case("{a: '1'}", ["a": "1"], "{a: '1'}"),
        // A value in its place
        Case("{a:1}", ["a": 2], "{a:2}"),
        Case("{\n  a: 1, // one\n  b: 2\n}\n", ["a": 3], "{\n  a: 3, // one\n  b: 2\n}\n"),
        Case("{a: 'x', b: 1}", ["b": "y"], "{a: 'x', b: 'y'}"),
        Case(#"{"a": "x"}"#, ["a": "it's \"so\""], #"{"a": "it's \"so\""}"#),
        Case("{a: 'x'}", ["a": "it's \"so\""], #"{a: 'it\'s "so"'}"#),
        Case("{a: {b: {c: 1}}}", ["a": ["b": ["c": true]]], "{a: {b: {c: true}}}"),
        Case("{a:1,a:2}", ["a": 3], "{a:1,a:3}"), Case("{a: 1}", ["a": [1, 2]], "{a: [1, 2]}"),
        Case("{a: /* x */ 1 /* y */}", ["a": 2], "{a: /* x */ 2 /* y */}"),
        Case("{ key: '${KEY}', other: 1 }", ["other": 2], "{ key: '${KEY}', other: 2 }"),
        Case(
            "{\n\ta: {\n\t\tb: 1,\n\t},\n}", ["a": ["b": ["c": 1]]],
            "{\n\ta: {\n\t\tb: {\n\t\t\tc: 1\n\t\t},\n\t},\n}"),
        // A new member
        Case("{}", ["a": 1], "{\n  \"a\": 1\n}"), Case("{\n}\n", ["a": 1], "{\n  \"a\": 1\n}\n"),
        Case("{a:1}", ["b": 2], "{a:1,b:2}"), Case("{ a: 1 }", ["b": 2], "{ a: 1, b: 2 }"),
        Case(#"{"a":1}"#, ["b": ["c": "d"]], #"{"a":1,"b":{"c":"d"}}"#),
        Case("{ a: 1, }", ["b": 2], "{ a: 1, b: 2, }"),
        Case("{\n  a: 1\n}\n", ["b": 2], "{\n  a: 1,\n  b: 2\n}\n"),
        Case("{\n  a: 1,\n}\n", ["b": 2], "{\n  a: 1,\n  b: 2,\n}\n"),
        Case("{\n  a: 1 // one\n}\n", ["b": 2], "{\n  a: 1, // one\n  b: 2\n}\n"),
        Case("{\n  a: 1, // one\n  // end\n}\n", ["b": 2], "{\n  a: 1, // one\n  b: 2,\n  // end\n}\n"),
        Case(
            "{\n    \"a\": {\n        \"x\": 1\n    }\n}", ["a": ["y": 2], "b": ["c": ["d": 1]]],
            "{\n    \"a\": {\n        \"x\": 1,\n        \"y\": 2\n    },\n    \"b\": {\n        \"c\": {\n            \"d\": 1\n        }\n    }\n}"
        ),
        Case("{\n  a: {},\n}", ["a": ["b": 1]], "{\n  a: {\n    b: 1\n  },\n}"),
        Case("{\n  // nothing yet\n}", ["a": 1], "{\n  // nothing yet\n  \"a\": 1\n}"),
        Case("{ /* c */ }", ["a": 1], "{ /* c */  \"a\": 1 }"),
        Case("{'a': 'x'}", ["b c": "y"], "{'a': 'x', 'b c': 'y'}"),
        Case("{a: 'x'}", ["b-c": "y"], "{a: 'x', 'b-c': 'y'}"),
        Case("{\r\n  a: 1\r\n}\r\n", ["b": 2], "{\r\n  a: 1,\r\n  b: 2\r\n}\r\n"),
        Case("{\n  a: 1 }", ["b": 2], "{\n  a: 1, b: 2 }"),
        Case(
            "// top\n{\n  // in\n  a: 1, /* one */ // more\n}\n// bottom", ["b": 2],
            "// top\n{\n  // in\n  a: 1, /* one */ // more\n  b: 2,\n}\n// bottom"),
        Case("", ["a": 1], "{\n  \"a\": 1\n}"),
        Case(
            "{\n  a: [\n    1,\n  ],\n}", ["b": [["id": "x"]]],
            "{\n  a: [\n    1,\n  ],\n  b: [\n    {\n      id: \"x\"\n    }\n  ],\n}"),
        // A member less
        Case("{a:1}", ["a": .null], "{}"), Case("{a:1,b:2}", ["a": .null], "{b:2}"),
        Case("{a:1,b:2}", ["b": .null], "{a:1}"),
        Case("{ a: 1, b: 2, c: 3 }", ["b": .null], "{ a: 1, c: 3 }"),
        Case("{ a: 1, b: 2, }", ["b": .null], "{ a: 1, }"),
        Case("{\n  a: 1,\n  b: 2,\n  c: 3\n}", ["b": .null], "{\n  a: 1,\n  c: 3\n}"),
        Case("{\n  a: 1,\n  b: 2\n}", ["b": .null], "{\n  a: 1\n}"),
        Case("{\n  a: 1, // one\n  b: 2 // two\n}", ["b": .null], "{\n  a: 1 // one\n}"),
        Case(
            "{\n  // about a\n  a: 1,\n  // about b\n  b: 2,\n}", ["a": .null],
            "{\n  // about a\n  // about b\n  b: 2,\n}"),
        Case("{\n  a: 1,\n  b: 2,\n  c: 3,\n}", ["b": .null, "c": .null], "{\n  a: 1,\n}"),
        Case("{a:1,a:2,b:3}", ["a": .null], "{b:3}"),
        Case("{\n  a: {\n    b: 1,\n  },\n  c: 2,\n}", ["a": .null], "{\n  c: 2,\n}"),
        Case("{\n  \"a\": 1,\n  \"b\": 2\n}", ["a": .null, "b": .null], "{\n}"),
        Case("{\n  a: { b: 1, c: 2 },\n}", ["a": ["b": .null]], "{\n  a: { c: 2 },\n}"),
        // Lists
        Case("{a: [1, 2]}", ["a": [1, 3]], "{a: [1, 3]}"),
        Case("{a: [1, 2]}", ["a": [1, 2, 3]], "{a: [1, 2, 3]}"),
        Case("{a: [1, 2]}", ["a": [0, 1, 2]], "{a: [0, 1, 2]}"),
        Case("{a: [1, 2, 3]}", ["a": [1, 3]], "{a: [1, 3]}"), Case("{a: [1, 2, 3]}", ["a": [3]], "{a: [3]}"),
        Case("{a: []}", ["a": ["x"]], "{a: [\"x\"]}"), Case("{a: [1]}", ["a": []], "{a: []}"),
        Case(
            "{\n  a: [\n    'x', // the x\n    'y',\n  ],\n}", ["a": ["x", "y", "z"]],
            "{\n  a: [\n    'x', // the x\n    'y',\n    'z',\n  ],\n}"),
        Case(
            "{\n  a: [\n    'x',\n    'y' // the y\n  ]\n}", ["a": ["y"]],
            "{\n  a: [\n    'y' // the y\n  ]\n}"),
        Case(
            "{\n  a: [\n    'x',\n    'z',\n  ],\n}", ["a": ["x", "y", "z"]],
            "{\n  a: [\n    'x',\n    'y',\n    'z',\n  ],\n}"),
        Case("{a: [1, 2, 3]}", ["a": [3, 1, 2]], "{a: [3, 1, 2]}"),
        Case("{a: [1, 1, 2]}", ["a": [1, 2, 1]], "{a: [1, 2, 1]}"),
        Case(
            "{\n  a: [\n    1, // one\n    2, // two\n    3 // three\n  ]\n}", ["a": [3, 1, 9]],
            "{\n  a: [\n    3, // three\n    1,\n    9\n  ]\n}"),
        Case(
            "{\n  a: [\n    1, // one\n    2, // two\n    3, // three\n  ],\n}", ["a": [3, 1, 2]],
            "{\n  a: [\n    3,\n    1, // one\n    2, // two\n  ],\n}"),
        Case(
            "{\n  a: [\n    1, // one\n    2, // two\n  ],\n}", ["a": [1, 3]],
            "{\n  a: [\n    1, // one\n    3, // two\n  ],\n}"),
        Case(
            "{\n  a: [ '1', // one\n    '3' /* three */ ],\n}", ["a": ["3", "1", "9"]],
            "{\n  a: [\n    '3' /* three */, '1', '9' ],\n}"),
        Case(
            "{\n  a: [ 1, // one\n    2, /* two */ ],\n}", ["a": [1, 2, 3]],
            "{\n  a: [ 1, // one\n    2, /* two */ 3, ],\n}"),
        Case("{a: [1 /* one */, 2 /* two */]}", ["a": [1]], "{a: [1 /* one */]}"),
        Case("{a: [1, 2]} // end\n", ["a": [1]], "{a: [1]} // end\n"),
        Case("{\n  a: 1, b: 2 // two\n}", ["c": 3], "{\n  a: 1, b: 2, // two\n  c: 3\n}"),
        Case(
            "{l: [{id: 'a', n: 1}, {id: 'b'}]}", ["l": [["id": "a", "n": 2], ["id": "b"]]],
            "{l: [{id: 'a', n: 2}, {id: 'b'}]}"),
        // Many at once, and the root itself
        Case(
            "{\n  // keep\n  a: 1,\n  b: { c: 2, d: 3 }, // keep\n}",
            ["a": .null, "b": ["c": .null, "e": 4], "f": 5],
            "{\n  // keep\n  b: { d: 3, e: 4 }, // keep\n  f: 5,\n}"),
        Case("[1]", ["a": 1], "{\"a\":1}"),
        Case("{a: NaN, b: Infinity, c: 1}", ["c": 2], "{a: NaN, b: Infinity, c: 2}"),
    ]

    @Test(arguments: cases)
    func `an edit changes what it must and leaves the rest as it is written`(edit: Case) throws {
        #expect(try ConfigEdit.apply(mergePatch: edit.patch, to: edit.text) == edit.result)
    }

    @Test(
        arguments: [
            ("{}", "gateway.port", 3000, "{\n  \"gateway\": {\n    \"port\": 3000\n  }\n}"),
            ("{gateway: {bind: 'lan'}}", "gateway.port", 3000, "{gateway: {bind: 'lan', port: 3000}}"),
            (
                "{agents: {list: [{id: 'a'}]}}", "agents.list[0].name", "A",
                "{agents: {list: [{id: 'a', name: 'A'}]}}"
            ),
            (
                "{agents: {list: [{id: 'a'}]}}", "agents.list.1.id", "b",
                "{agents: {list: [{id: 'a'}, {id: 'b'}]}}"
            ),
            ("{a: {'x.y': 1}}", "a[\"x.y\"]", 2, "{a: {'x.y': 2}}"),
        ] as [(String, String, JSON, String)])
    func `a value is set by its path`(text: String, path: String, value: JSON, result: String) throws {
        #expect(try ConfigEdit.set(value, at: try #require(ConfigPath(path)), in: text) == result)
    }

    @Test(arguments: [
        ("{a: 1, b: 2}", "a", "{b: 2}"), ("{l: [1, 2, 3]}", "l[1]", "{l: [1, 3]}"),
        ("{l: [{a: 1, b: 2}]}", "l.0.a", "{l: [{b: 2}]}"),
    ])
    func `a value is taken away by its path`(text: String, path: String, result: String) throws {
        #expect(try ConfigEdit.unset(try #require(ConfigPath(path)), in: text) == result)
    }

    @Test func `what cannot be done says so`() throws {
        #expect(throws: ConfigEdit.Failure.missing(ConfigPath([.key("b")]))) {
            try ConfigEdit.unset(ConfigPath([.key("b")]), in: "{a: 1}")
        }
        #expect(throws: ConfigEdit.Failure.unreachable(ConfigPath([.key("a"), .key("b")]))) {
            try ConfigEdit.set(1, at: ConfigPath([.key("a"), .key("b")]), in: "{a: 1}")
        }
        #expect(throws: ConfigEdit.Failure.unreachable(ConfigPath([.key("a"), .index(5)]))) {
            try ConfigEdit.set(1, at: ConfigPath([.key("a"), .index(5)]), in: "{a: []}")
        }
        #expect(throws: ConfigEdit.Failure.self) {
            try ConfigEdit.apply(mergePatch: ["a": 1], to: "{ not json")
        }
    }

    @Test func `any edit of any text means what was wanted`() throws {
        for seed in fuzzSeeds() {
            var chance = SeededGenerator(seed: seed)
            let before = Fuzzing.value(depth: 4, using: &chance)
            let patch = Fuzzing.value(depth: 4, using: &chance)
            let text = Bool.random(using: &chance) ? before.text : before.prettyText

            let edited = try ConfigEdit.apply(mergePatch: patch, to: text)

            #expect(try JSON.parseJSON5(edited).value == before.applying(mergePatch: patch), "seed \(seed)")
        }
    }

    @Test func `edits of mutated JSON5 mean what was wanted`() throws {
        let start =
            "// c\n{\n  a: 'x', // one\n  \"b\": [1, 2, /* two */ 3,],\n  c: { d: {}, e: [], /* f */ }, g: 1\n} // end"
        for seed in fuzzSeeds() {
            var chance = SeededGenerator(seed: seed)
            let bytes = Fuzzing.mutated(Array(start.utf8), using: &chance)
            guard let document = try? JSON.parseJSON5(bytes) else { continue }
            let patch: JSON = ["a": .null, "b": [1, 3], "c": ["d": ["x": 1], "e": ["y"]], "h": 2]

            let edited = try ConfigEdit.apply(mergePatch: patch, to: String(decoding: bytes, as: UTF8.self))

            #expect(
                try JSON.parseJSON5(edited).value == document.value.applying(mergePatch: patch),
                "seed \(seed)")
        }
    }
}
