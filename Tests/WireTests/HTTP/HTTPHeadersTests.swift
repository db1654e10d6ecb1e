import Testing

@testable import Wire

struct HTTPHeadersTests {
    @Test func `names are compared in any case, and order stays`() {
        let headers = HTTPHeaders([(name: "A", value: "1"), (name: "b", value: "2"), (name: "a", value: "3")])

        #expect(headers["a"] == "1")
        #expect(headers.all("A") == ["1", "3"])
        #expect(headers.fields.map(\.name) == ["A", "b", "a"])
        #expect(headers["c"] == nil)
    }

    @Test func `setting replaces every field of the name, and nil removes them`() {
        var headers = HTTPHeaders([(name: "A", value: "1"), (name: "B", value: "2"), (name: "a", value: "3")])

        headers["A"] = "4"
        #expect(headers.fields.map { "\($0.name)\($0.value)" } == ["B2", "A4"])

        headers["b"] = nil
        #expect(headers.fields.map { "\($0.name)\($0.value)" } == ["A4"])
    }

    @Test(arguments: ["a\r\nX: y", "a\nb", "a\0b", "a\u{7f}"])
    func `a value cannot end its line`(value: String) {
        var headers = HTTPHeaders()

        headers.add("A", value)

        #expect(headers.wire.filter { $0 == 10 }.count == 1)
        #expect(headers.wire.filter { $0 < 32 || $0 == 127 }.count == 2)
    }

    @Test(arguments: [("close", true), ("CLOSE", true), ("upgrade", true), ("clos", false), ("x", false)])
    func `tokens of a list are found over all its lines`(token: String, isFound: Bool) {
        let headers = HTTPHeaders([(name: "C", value: " keep , Close,"), (name: "c", value: "upgrade")])

        #expect(headers.contains("c", token: token) == isFound)
    }
}
