import Core
import TestSupport
import Testing

struct JSON5ParserTests {
    static let good: [(String, JSON)] = [
        // Objects
        ("{}", [:]), ("{ }", [:]), ("{\"a\":1}", ["a": 1]), ("{'a':1}", ["a": 1]), ("{a:1}", ["a": 1]),
        ("{a:1,}", ["a": 1]),
        ("{a:1,b:2}", ["a": 1, "b": 2]), ("{$_:1,_$:2,a$b_c9:3}", ["$_": 1, "_$": 2, "a$b_c9": 3]),
        ("{ùńîċõďë:9}", ["ùńîċõďë": 9]),
        ("{\\u0061b:1,\\u0024:2,c\\u0064:3}", ["ab": 1, "$": 2, "cd": 3]),
        ("{null:1,true:2,if:3,NaN:4}", ["null": 1, "true": 2, "if": 3, "NaN": 4]),
        ("{a:{b:{}}}", ["a": ["b": [:]]]), ("{a:1,a:2}", ["a": 2]), ("{a\u{200C}b:1}", ["a\u{200C}b": 1]),
        ("{aⅣ٣:1}", ["aⅣ٣": 1]),
        ("{'':1}", ["": 1]), ("{__proto__:1}", ["__proto__": 1]), ("{ a : 1 , }", ["a": 1]),
        ("{'a b':1}", ["a b": 1]),
        // Arrays
        ("[]", []), ("[1,]", [1]), ("[1,2,]", [1, 2]), ("[ 1 , 2 , ]", [1, 2]), ("[[],{},]", [[], [:]]),
        // Words
        ("null", .null), ("true", true), ("false", false), (" true\n", true),
        // Numbers
        ("0", 0), ("1", 1), ("+1", 1), ("-1", -1), ("+0", 0), ("-0", .number(-0.0)), (".5", 0.5), ("5.", 5),
        ("-.5", -0.5), ("+.5", 0.5), ("0.", 0),
        ("1.5", 1.5), ("1e3", 1000), ("1E+3", 1000), ("1e-3", 0.001), ("5.e2", 500), (".5e1", 5),
        ("0x1F", 31), ("0Xabcdef", 0xabcdef), ("-0x10", -16),
        ("+0x10", 16), ("0x7fffffffffffffff", .integer(.max)), ("0x10000000000000000", .number(0x1p64)),
        ("-0x8000000000000000", .integer(.min)),
        ("Infinity", .number(.infinity)), ("+Infinity", .number(.infinity)),
        ("-Infinity", .number(-.infinity)),
        ("123456789012345678901234567890.", .number(1.2345678901234568e29)), ("[.5,5.,+1]", [0.5, 5, 1]),
        ("0.1e-400", 0),
        // Strings
        ("''", ""), ("'a'", "a"), ("\"a\"", "a"), ("'\"'", "\""), ("\"'\"", "'"), (#"'\'\"\\'"#, "'\"\\"),
        (#"'\b\f\n\r\t\v\0'"#, "\u{8}\u{C}\n\r\t\u{B}\u{0}"),
        (#"'\x41\xe5'"#, "Aå"), (#"'\u0041\u00E5'"#, "Aå"), (#"'\ud83d\ude00'"#, "😀"),
        (#"'\ud83d'"#, "\u{FFFD}"), (#"'\a\q\/\$'"#, "aq/$"),
        ("'a\\\nb'", "ab"), ("'a\\\r\nb'", "ab"), ("'a\\\rb'", "ab"), ("'a\\\u{2028}b'", "ab"),
        ("'a\\\u{2029}b'", "ab"), ("'\u{2028}\u{2029}'", "\u{2028}\u{2029}"),
        ("'\t'", "\t"), ("'\\å'", "å"), ("'${A} // not a comment'", "${A} // not a comment"),
        (#"'\0a'"#, "\u{0}a"),
        // Comments and space
        ("// c\n1", 1), ("1 // c", 1), ("/* c */1", 1), ("1/* c */", 1), ("/**/1/***/", 1),
        ("{/* a */a/* b */:/* c */1/* d */,/* e */}", ["a": 1]),
        ("[ // one\n 1, // two\n 2 // three\n]", [1, 2]), ("// c\u{2028}1", 1), ("// c\r1", 1),
        ("/* å * / ** */1", 1), ("//\n//\n1", 1),
        ("\t\u{B}\u{C} \u{A0}\u{FEFF}\n\r\u{2028}\u{2029}\u{2003}\u{3000}1", 1), ("\u{FEFF}{a:1}", ["a": 1]),
    ]

    @Test(arguments: good)
    func `what JSON5 allows is read as it means`(text: String, value: JSON) throws {
        #expect(try JSON.parseJSON5(text).value == value)
    }

    @Test(arguments: ["NaN", "+NaN", "-NaN"])
    func `not a number is read as one that is not`(text: String) throws {
        #expect(try JSON.parseJSON5(text).value.doubleValue?.isNaN == true)
    }

    static let bad: [String] = [
        "", " ", "//", "/* c", "/", "/ 1", "1 /", "/*/", "# c\n1", "1 2", "[1] x", "{}}", "{,}", "{a}",
        "{a:}", "{a:1,,}", "{:1}", "{a 1}", "{a:1 b:2}", "{a:1;}",
        "{1:1}", "{1a:1}", "{a-b:1}", "{-a:1}", "{\\u0031a:1}", "{\\x61:1}", "{\\u002d:1}", "{a\\u0020:1}",
        "{[a]:1}", "{a:1", "{", "{'a':1", "[", "[,]", "[1,,2]", "[1", "]",
        "undefined", "nul", "nullx", "True", "trueish", "infinity", "INFINITY", "nan", "Infinityx", "NaN1",
        "+null", "-true", "a",
        "01", "-01", "+", "-", ".", "+.", "1.2.3", "1e", "1e+", "1ex", "0x", "0xg", "0x1g", "0x1.5", "0b1",
        "0o7", "1_000", "1n", "++1", "+-1", "- 1", "+ 1", "1a", "1$", "1\\u0061",
        "1e999", ".e1", "''1", "'", "'a", "\"a'", "'a\nb'", "'a\rb'", "'\\", "'\\x1'", "'\\xg1'", "'\\u12'",
        "'\\u12g4'", "'\\1'", "'\\9'", "'\\00'", "'\\07'", "`a`", "'a'b",
        "{a:'\n'}", "\u{200B}1",
    ]

    @Test(arguments: bad)
    func `what JSON5 does not allow is refused`(text: String) {
        #expect(throws: JSON5Error.self) { try JSON.parseJSON5(text) }
    }

    @Test(arguments: JSONParserTests.good)
    func `all JSON is JSON5 with the same meaning`(good: JSONParserTests.Good) throws {
        #expect(try JSON.parseJSON5(good.text).value == good.value)
    }

    @Test(
        arguments: JSONParserTests.badBytes.filter {
            $0.last != 0x31 && $0 != [0x22, 0x5C, 0xC3, 0xA5, 0x22]
        })
    func `bytes that are not UTF-8 are refused`(bytes: [UInt8]) {
        #expect(throws: JSON5Error.self) { try JSON.parseJSON5(bytes) }
    }

    @Test(arguments: [
        (
            "{ not json", "line 1, column 7: expected `:`, found `j`",
            "SyntaxError: JSON5: invalid character 'j' at 1:7"
        ),
        (
            "{a: [1, 2", "line 1, column 10: expected `,` or `]`, found the end of the text",
            "SyntaxError: JSON5: invalid end of input at 1:10"
        ),
        (
            "{\n  å: 1,\n  b: x\n}", "line 3, column 6: expected a value, found `x`",
            "SyntaxError: JSON5: invalid character 'x' at 3:6"
        ),
        (
            "{a: 'b\n'}", "line 1, column 7: expected the closing quote, found the character U+000A",
            "SyntaxError: JSON5: invalid character '\n' at 1:7"
        ),
    ])
    func `an error says what was expected, found and where, to people and to clients`(
        text: String, message: String, protocolMessage: String
    ) {
        do {
            _ = try JSON.parseJSON5(text)
            Issue.record("\(text) was accepted")
        } catch {
            #expect(error.description == message)
            #expect(error.protocolMessage == protocolMessage)
        }
    }

    @Test func `every key and value has its place`() throws {
        let document = try JSON.parseJSON5("{ // c\n  'a' : [ 1, 'x' ],\n  b: { c: -0x1 },\n}")

        let members = try #require(document.root.members)
        #expect(members.map { document.text(in: $0.keyRange) } == ["'a'", "b"])
        #expect(members.map { document.text(in: $0.node.range) } == ["[ 1, 'x' ]", "{ c: -0x1 }"])
        #expect(members[0].node.items?.map { document.text(in: $0.range) } == ["1", "'x'"])
        #expect(
            document.position(at: members[1].keyRange.lowerBound)
                == TextPosition(offset: 29, line: 3, column: 3))
        #expect(members[1].node.members?.map { document.text(in: $0.node.range) } == ["-0x1"])
    }

    @Test func `nesting and size are limited`() {
        let deep = String(repeating: "[", count: 129) + String(repeating: "]", count: 129)

        #expect(throws: JSON5Error.self) { try JSON.parseJSON5(deep) }
        #expect(throws: JSON5Error.self) { try JSON.parseJSON5(String(repeating: "{a:", count: 500_000)) }
        #expect(throws: JSON5Error.self) { try JSON.parseJSON5("[1,2]", limits: JSONLimits(maxBytes: 4)) }
    }

    @Test func `no bytes make it trap, and what JSON reads it reads the same`() throws {
        for seed in fuzzSeeds() {
            var chance = SeededGenerator(seed: seed)
            let bytes = Fuzzing.mutated(Fuzzing.value(depth: 4, using: &chance).encoded(), using: &chance)

            let json5 = try? JSON.parseJSON5(bytes).value
            if let json = try? JSON.parse(bytes) { #expect(json5 == json, "seed \(seed)") }
        }
    }

    @Test func `mutated JSON5 never traps, and every range lies in the text`() {
        let seedText =
            "// c\n{ a: 'x\\\ny', \"b\": [+1, .5, 0xF, -Infinity, NaN,], /* d */ $c: { é: null, }, } // e"
        for seed in fuzzSeeds() {
            var chance = SeededGenerator(seed: seed)
            let bytes = Fuzzing.mutated(Array(seedText.utf8), using: &chance)

            guard let document = try? JSON.parseJSON5(bytes) else { continue }
            #expect(document.root.range.upperBound <= bytes.count, "seed \(seed)")
        }
    }
}
