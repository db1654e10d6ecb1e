import Core
import TestSupport
import Testing

struct JSONWriterTests {
    @Test(
        arguments: [
            (.null, "null"), (true, "true"), (false, "false"), (0, "0"), (-7, "-7"),
            (.integer(.max), "9223372036854775807"),
            (.integer(.min), "-9223372036854775808"), (1.0, "1"), (-3.0, "-3"), (1e15, "1000000000000000"),
            (0.1, "0.1"), (-2.5, "-2.5"),
            (.number(-0.0), "-0"), (.number(.nan), "null"), (.number(.infinity), "null"),
            (.number(-.infinity), "null"),
            (.number(.leastNonzeroMagnitude), "5e-324"),
            (.number(1.7976931348623157e308), "1.7976931348623157e+308"), ("", #""""#), ("a/b", #""a/b""#),
            ("\"\\\u{8}\u{C}\n\r\t", #""\"\\\b\f\n\r\t""#), ("\u{0}\u{1F}\u{7F}", "\"\\u0000\\u001f\u{7F}\""),
            ("å€😀\u{2028}\u{2029}", "\"å€😀\u{2028}\u{2029}\""),
            ("0123456789\n0123456789", #""0123456789\n0123456789""#), ([], "[]"),
            ([1, [2], "3"], #"[1,[2],"3"]"#), ([:], "{}"),
            (["b": 1, "a": [.null]], #"{"b":1,"a":[null]}"#), (["k\"": 1], #"{"k\"":1}"#),
        ] as [(JSON, String)])
    func `a value is written on one line with the fewest escapes`(value: JSON, text: String) {
        #expect(value.text == text)
        #expect(value.encoded() == Array(text.utf8))
    }

    @Test func `pretty text has a member a line and two spaces a level`() {
        let value: JSON = ["a": [1, ["b": []], [:]], "c": "d"]

        #expect(
            value.prettyText == """
                {
                  "a": [
                    1,
                    {
                      "b": []
                    },
                    {}
                  ],
                  "c": "d"
                }
                """)
    }

    @Test func `an object written member by member is the one that a value makes`() {
        let bytes = [UInt8].jsonObject(capacity: 1) {
            $0.add("text", "a\"b")
            $0.add("count", 3)
            $0.add("isIt", true)
            $0.add("open", encoded: Array("[{".utf8) + Array("}]".utf8))
            $0.addObject("empty") { _ in }
            $0.addListOfOne("list") { $0.addObject("deep") { $0.add("at", Timestamp(milliseconds: 5)) } }
            $0.add("value", ["a": [1, .null]])
        }

        let value: JSON = [
            "text": "a\"b", "count": 3, "isIt": true, "open": [[:]], "empty": [:],
            "list": [["deep": ["at": 5]]], "value": ["a": [1, .null]],
        ]
        #expect(bytes == value.encoded())
    }

    @Test func `what is written can be read back the same`() throws {
        for seed in fuzzSeeds() {
            var chance = SeededGenerator(seed: seed)
            let value = Fuzzing.value(depth: 5, using: &chance)

            #expect(try JSON.parse(value.encoded()) == value, "seed \(seed)")
            #expect(try JSON.parse(value.prettyText) == value, "seed \(seed)")
        }
    }

    @Test func `a text is quoted as JSON does`() {
        #expect("a\"b\n".quotedJSON == #""a\"b\n""#)
    }
}
