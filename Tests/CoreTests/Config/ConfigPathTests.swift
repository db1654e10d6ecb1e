import Core
import Testing

struct ConfigPathTests {
    @Test(
        arguments: [
            ("a", ["a"], "a"), ("a.b.c", ["a", "b", "c"], "a.b.c"), ("a[0].b", ["a", 0, "b"], "a.0.b"),
            ("a[\"x.y\"].b", ["a", "x.y", "b"], "a.x.y.b"),
            ("[\"\"]", [""], ""), ("a[12]", ["a", 12], "a.12"), ("a-b:c.d/e", ["a-b:c", "d/e"], "a-b:c.d/e"),
            ("a[\"]\\\"\"]", ["a", "]\""], "a.]\""),
            ("", [], ""),
        ] as [(String, [ConfigPath.Step], String)])
    func `paths are read and written the same`(text: String, steps: [ConfigPath.Step], dotted: String) {
        #expect(ConfigPath(text)?.steps == steps)
        #expect(ConfigPath(steps).description == text)
        #expect(ConfigPath(steps).dotted == dotted)
    }

    @Test(arguments: [
        "a.", ".a", "a..b", "a[", "a[x]", "a[-1]", "a[\"x]", "a[0]b", "a[99999999999999999999]",
    ])
    func `what is no path is nil`(text: String) {
        #expect(ConfigPath(text) == nil)
    }
}

extension ConfigPath.Step: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    public init(stringLiteral value: String) { self = .key(value) }
    public init(integerLiteral value: Int) { self = .index(value) }
}
