import Core
import Testing

@testable import Models

struct ToolArgumentsTests {
    @Test func `an object is an object, nothing is an empty one, and broken text stays text`() {
        #expect(ToolArguments.parsed(#"{"a": 1}"#) == ["a": 1])
        #expect(ToolArguments.parsed(" ") == [:])
        #expect(ToolArguments.parsed(#"{"a": "#) == .string(#"{"a": "#))
        #expect(ToolArguments.parsed("[1]") == .string("[1]"))
    }

    @Test func `vendors always get an object`() {
        #expect(ToolArguments.object(["a": 1]) == ["a": 1])
        #expect(ToolArguments.object(.string("{oops")) == ["INVALID_JSON": "{oops"])
    }

    @Test(arguments: ["toolu_01AbC-9", "call_abc"])
    func `ids within the rules stay`(id: String) {
        #expect(ToolCallID.word(id) == id)
    }

    @Test(arguments: ["functions.exec:0", "", "ä", String(repeating: "x", count: 65), "a b"])
    func `other ids become words, always the same and not each other`(id: String) {
        let word = ToolCallID.word(id)

        #expect(word == ToolCallID.word(id))
        #expect(word.wholeMatch(of: /[A-Za-z0-9_-]{1,64}/) != nil)
        #expect(word != ToolCallID.word(id + "1"))
    }

    @Test(arguments: ["abc123XYZ", "toolu_01AbC-9", "", "functions.exec:0"])
    func `Mistral's ids are nine letters or digits`(id: String) {
        #expect(ToolCallID.nine(id).wholeMatch(of: /[A-Za-z0-9]{9}/) != nil)
        #expect(ToolCallID.nine("abc123XYZ") == "abc123XYZ")
    }
}
