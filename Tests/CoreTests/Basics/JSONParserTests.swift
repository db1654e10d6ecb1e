import Core
import TestSupport
import Testing

struct JSONParserTests {
    struct Good: CustomTestStringConvertible, Sendable {
        let text: String
        let value: JSON
        var testDescription: String { text }

        init(_ text: String, _ value: JSON) {
            self.text = text
            self.value = value
        }
    }

    static let good: [Good] = [
        // Words
        Good("null", .null), Good("true", true), Good("false", false), Good(" \t\r\n null \t\r\n ", .null),
        // Numbers
        Good("0", 0), Good("-0", .number(-0.0)), Good("7", 7), Good("-7", -7), Good("10", 10),
        Good("0.5", 0.5),
        Good("-0.5", -0.5), Good("1.0", 1), Good("1.50", 1.5), Good("1e2", 100), Good("1E2", 100),
        Good("1e+2", 100),
        Good("1e-2", 0.01), Good("1.5e1", 15), Good("0e5", 0), Good("0.0", 0), Good("-0.0", .number(-0.0)),
        Good("9223372036854775807", .integer(.max)), Good("-9223372036854775808", .integer(.min)),
        Good("9223372036854775808", .number(9_223_372_036_854_775_808)),
        Good("-9223372036854775809", .integer(.min)),
        Good("18446744073709551615", .number(0x1p64)),
        Good("12345678901234567890123", .number(1.2345678901234568e22)),
        Good("9007199254740993", 9_007_199_254_740_993),
        Good("1e18", 1_000_000_000_000_000_000), Good("1e19", .number(1e19)),
        Good("1.7976931348623157e308", .number(.greatestFiniteMagnitude)),
        Good("5e-324", .number(.leastNonzeroMagnitude)),
        Good("2.2250738585072014e-308", .number(.leastNormalMagnitude)),
        Good("1e-400", 0), Good("0.1", 0.1), Good("123456.789e3", 123_456_789),
        Good("0.000000000000000000001e21", 1),
        Good("179769313486231570000000000000000000000", .number(1.7976931348623157e38)),
        Good("3.141592653589793238462643", .number(3.141592653589793)), Good("1e23", .number(1e23)),
        // Strings
        Good(#""""#, ""), Good(#""a""#, "a"), Good(#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
        Good(#""\u0041""#, "A"), Good(#""\u00e5\u00E5""#, "åå"), Good(#""\u20ac""#, "€"),
        Good(#""\ud83d\ude00""#, "😀"),
        Good(#""\uD83D\uDE00x""#, "😀x"), Good(#""\ud83d""#, "\u{FFFD}"), Good(#""\ude00""#, "\u{FFFD}"),
        Good(#""\ud83dx""#, "\u{FFFD}x"), Good(#""\ud83d\n""#, "\u{FFFD}\n"),
        Good(#""\ud83d\u0041""#, "\u{FFFD}A"),
        Good(#""\ud83d\ud83d\ude00""#, "\u{FFFD}😀"), Good(#""\u0000""#, "\u{0}"),
        Good(#""\uffff""#, "\u{FFFF}"),
        Good("\"\u{7F}\"", "\u{7F}"), Good("\"å€😀\"", "å€😀"),
        Good("\"\u{2028}\u{2029}\"", "\u{2028}\u{2029}"),
        Good("\"0123456789abcdef\"", "0123456789abcdef"),
        Good(#""0123456\n89abcdefghijklmnopq""#, "0123456\n89abcdefghijklmnopq"),
        Good("\"ååååååååååååååååå\"", "ååååååååååååååååå"), Good(#""å\nå""#, "å\nå"), Good(#""/""#, "/"),
        Good("\"\u{FEFF}\"", "\u{FEFF}"),
        // Arrays
        Good("[]", []), Good("[ ]", []), Good("[1]", [1]), Good("[1,2]", [1, 2]), Good("[ 1 , 2 ]", [1, 2]),
        Good("[[],[[]]]", [[], [[]]]),
        Good("[null,true,\"a\",{}]", [.null, true, "a", [:]]), Good("[\n1\n,\n2\n]", [1, 2]),
        // Objects
        Good("{}", [:]), Good("{ }", [:]), Good(#"{"a":1}"#, ["a": 1]),
        Good(#"{"a":1,"b":2}"#, ["a": 1, "b": 2]),
        Good(#"{ "a" : 1 , "b" : 2 }"#, ["a": 1, "b": 2]), Good(#"{"":0}"#, ["": 0]),
        Good(#"{"a":{"b":{"c":[]}}}"#, ["a": ["b": ["c": []]]]),
        Good(#"{"a":1,"a":2}"#, ["a": 2]), Good(#"{"a\u0000b":1}"#, ["a\u{0}b": 1]),
        Good(#"{"\u0061":1,"a":2}"#, ["a": 2]),
    ]

    @Test(arguments: good)
    func `what RFC 8259 allows is read as it means`(good: Good) throws {
        #expect(try JSON.parse(good.text) == good.value)
        #expect(try JSON.parse(Array(good.text.utf8)) == good.value)
    }

    static let bad: [String] = [
        // Nothing, or more than one value
        "", " ", "1 2", "null,", "{} {}", "[]]", "{}}", "\u{FEFF}1", "[1]x", "//1", "/**/1", "#1",
        // Words
        "nul", "nulll", "True", "TRUE", "truth", "undefined", "NaN", "Infinity", "-Infinity", "nil", "n", "t",
        "f",
        // Numbers
        "01", "-01", "00", "-", "+1", ".5", "5.", "-.5", "1e", "1e+", "1e-", "1.e1", "1.2.3", "0x10", "1_000",
        "1a", "--1", "1e5.5",
        "e5", "1E", "0b1", "1,5", "１", "-a", "1e999", "-1e999", "2e308", "1f",
        // Strings
        "\"", "\"a", "\"\\", "\"\\\"", #""\x41""#, #""\a""#, #""\'""#, #""\0""#, #""\u""#, #""\u1""#,
        #""\u12""#, #""\u123""#,
        #""\u123g""#, #""\U0041""#, #""\ud83d\u""#, #""\ud83d\u12""#, "'a'", "\"\n\"", "\"\t\"", "\"\u{0}\"",
        "\"\u{1F}\"", "\"abcdefgh\u{1}\"",
        "a", "\"a\"b", "`a`", "\"\\\n\"", "\"0123456789\n\"",
        // Arrays
        "[", "]", "[1", "[1,", "[,", "[,]", "[1,]", "[1,,2]", "[1 2]", "[1;2]", "(1)", "[1}", "[\"a\"", "[:]",
        "[1:2]", "[[", "[\"a\",\n4\n,1,",
        // Objects
        "{", "}", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{,}", "{\"a\":1,}", "{\"a\" 1}", "{\"a\",1}",
        "{a:1}", "{'a':1}", "{1:1}",
        "{null:1}", "{\"a\":1 \"b\":2}", "{\"a\":1,,\"b\":2}", "{\"a\":}", "{:1}", "{\"a\"::1}", "{\"a\":1]",
        "{[]:1}", "{\"a\":1;\"b\":2}",
        // Space that JSON does not know
        "\u{B}1", "\u{C}1", "\u{A0}1", "\u{2028}1", "[1,\u{3000}2]",
    ]

    @Test(arguments: bad)
    func `what RFC 8259 does not allow is refused`(text: String) {
        #expect(throws: JSONError.self) { try JSON.parse(text) }
    }

    static let badBytes: [[UInt8]] = [
        [0x22, 0xFF, 0x22], [0x22, 0x80, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xC3, 0x22],
        [0x22, 0xE2, 0x82, 0x22],
        [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22],
        [0x22, 0xF0, 0x80, 0x80, 0x80, 0x22], [0x22, 0xC3],
        [0x22, 0x5C, 0x6E, 0xFF, 0x22], [0xEF, 0xBB, 0xBF, 0x31], [0xFE, 0xFF], [0x00], [0x31, 0x00],
        [0x22, 0x5C, 0xC3, 0xA5, 0x22],
    ]

    @Test(arguments: badBytes)
    func `bytes that are not UTF-8 are refused`(bytes: [UInt8]) {
        #expect(throws: JSONError.self) { try JSON.parse(bytes) }
    }

    @Test(arguments: [
        ("{\n  \"a\": 1,\n  \"b\" 2\n}", "line 3, column 7: expected `:`, found `2`"),
        ("[1, 2", "line 1, column 6: expected `,` or `]`, found the end of the text"),
        ("{\"å\": x}", "line 1, column 7: expected a value, found `x`"),
        ("{\"a\":1,}", "line 1, column 8: expected a key in double quotes, found `}`"),
        ("\"a\nb\"", "line 1, column 3: the character U+000A must be written as an escape in a string"),
        ("\"a", "line 1, column 3: the string has no closing quote"),
        ("[1e999]", "line 1, column 2: the number is too large"),
        ("[€]", "line 1, column 2: expected a value, found `€`"),
    ])
    func `an error says what was expected and found, and where`(text: String, message: String) {
        #expect(throws: JSONError.self) { try JSON.parse(text) }
        do { _ = try JSON.parse(text) } catch { #expect(error.description == message) }
    }

    @Test func `the byte that is not UTF-8 is pointed at`() {
        let bytes: [UInt8] = [0x5B, 0x22, 0x61, 0x5C, 0x6E, 0xC3, 0xA5, 0xFF, 0x22, 0x5D]

        do throws(JSONError) { _ = try JSON.parse(bytes) } catch { #expect(error.position.offset == 7) }
    }

    @Test(arguments: ["[", "{\"a\":"])
    func `nesting is limited`(opening: String) {
        let closing = opening == "[" ? "]" : "}"
        let nested = { (depth: Int) in
            String(repeating: opening, count: depth) + "1" + String(repeating: closing, count: depth)
        }

        #expect(throws: Never.self) { try JSON.parse(nested(128)) }
        #expect(throws: JSONError.self) { try JSON.parse(nested(129)) }
        #expect(throws: JSONError.self) { try JSON.parse(String(repeating: opening, count: 1_000_000)) }
        #expect(throws: Never.self) { try JSON.parse(nested(3), limits: JSONLimits(maxDepth: 3)) }
        #expect(throws: JSONError.self) { try JSON.parse(nested(4), limits: JSONLimits(maxDepth: 3)) }
    }

    @Test func `the size is limited`() {
        #expect(throws: Never.self) { try JSON.parse("[1,2]", limits: JSONLimits(maxBytes: 5)) }
        #expect(throws: JSONError.self) { try JSON.parse("[1,2]", limits: JSONLimits(maxBytes: 4)) }
    }

    @Test func `members keep their order, a repeated key its first place and last value`() throws {
        let object = try JSON.parse(#"{"b":1,"a":2,"b":3}"#).objectValue

        #expect(object?.map(\.key) == ["b", "a"])
        #expect(object?["b"] == 3)
    }

    @Test func `large objects keep order and find their keys`() throws {
        let members = (0..<500).map { "\"key\($0)\":\($0)" }.joined(separator: ",")
        let object = try #require(try JSON.parse("{\(members)}").objectValue)

        #expect(object.map(\.key) == (0..<500).map { "key\($0)" })
        #expect((0..<500).allSatisfy { object["key\($0)"] == .integer(Int64($0)) })
    }

    @Test func `a slice is read without what surrounds it`() throws {
        let bytes = Array("xx[1]yy".utf8)

        #expect(try JSON.parse(bytes[2..<5]) == [1])
    }

    @Test func `no bytes make it trap, and what it reads survives writing`() throws {
        for seed in fuzzSeeds() {
            var chance = SeededGenerator(seed: seed)
            let bytes = Fuzzing.mutated(Fuzzing.value(depth: 4, using: &chance).encoded(), using: &chance)

            guard let value = try? JSON.parse(bytes) else { continue }
            #expect(try JSON.parse(value.encoded()) == value, "seed \(seed)")
        }
    }
}
