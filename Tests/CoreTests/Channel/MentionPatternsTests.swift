import TestSupport
import Testing

@testable import Core

struct TextPatternTests {
    static let matches: [(String, String, Bool)] = [
        ("abc", "xABCx", true), ("abc", "ab", false), ("", "", true), ("a|b|", "", true), ("^a", "ba", false),
        ("^a$", "A", true), ("a$", "ab", false), ("a.c", "a\nc", false), ("a.c", "aéc", true),
        (#"\bbot\b"#, "hey Bot!", true), (#"\bbot\b"#, "robot", false), (#"\bbot\b"#, "你好bot吗", true),
        (#"\bÅsa\b"#, "hej åsa!", true), (#"\bbot\b"#, "åbot", false), (#"\Bot"#, "bot", true),
        (#"\Bbo"#, "bot", false),
        (#"@?open\s*claw"#, "hey @Open  Claw", true), (#"\+?15551234"#, "+15551234", true),
        (#"\d{3,4}"#, "12", false),
        (#"\d{3,4}"#, "123", true), ("a{2}", "aa", true), ("a{2}", "a", false), ("a{2,}b", "aaab", true),
        ("a{,2}", "a{,2}", true), ("x{y", "X{Y", true), ("(a|b)+c", "ababc", true), ("(?:ab)?c", "c", true),
        ("(?<name>ab)", "AB", true), ("(?i)ab", "AB", true), ("(?i:ab)c", "ABC", true),
        ("[a-c]x", "BX", true),
        ("[A-C]x", "bx", true), ("[^a-c]x", "bx", false), ("[^a-c]", "d", true), ("[]]", "]", false),
        (#"[\]\-a]"#, "-", true),
        (#"[\w.]+@x"#, "a.b@x", true), (#"[\d-]"#, "-", true), ("[a-]", "-", true),
        (#"\x41\u0042\u{43}"#, "abc", true),
        (#"\u{1F99E}"#, "hi 🦞", true), ("a+?b", "aab", true), ("[åä]", "Ä", true), (#"\.\*"#, ".*", true),
        (#"\s"#, "\u{A0}", true), (#"\S\W\D"#, "a-b", true), ("(a*)*b", "aab", true), ("(|a)*b", "ab", true),
    ]

    @Test(arguments: matches)
    func `patterns find what they find in JavaScript`(pattern: String, text: String, isFound: Bool) throws {
        #expect(try TextPattern(pattern).isFound(in: text) == isFound)
    }

    static let errors: [(String, Int)] = [
        ("a(b", 2), ("a)b", 2), ("[ab", 1), ("*a", 1), ("a**", 3), (#"a\"#, 3), (#"\1"#, 2), (#"\p{L}"#, 2),
        ("(?=a)", 3),
        ("(?<!a)", 4), ("[b-a]", 5), ("a{3,2}", 7), ("a{2000}", 8), ("(a{100}){100}", 1), (#"\b+"#, 1),
        (#"\u12"#, 3),
        (#"\u{110000}"#, 4), ("(?<n", 5), (String(repeating: "(", count: 60), 52),
    ]

    @Test(arguments: errors)
    func `what is not known is an error with its place`(pattern: String, character: Int) throws {
        let error = try #require(throws: TextPatternError.self) { try TextPattern(pattern) }
        #expect(error.character == character)
        #expect(error.description.contains("`\(pattern)`"))
    }

    @Test(arguments: ["(a+)+$", "(a|aa)+$", "(a*)*c$", "((a{1,5}){1,5}){1,5}$", "(.*.*.*.*)x"])
    func `a pattern that would keep others busy for years is harmless`(pattern: String) throws {
        #expect(try !TextPattern(pattern).isFound(in: String(repeating: "a", count: 5_000) + "b"))
    }

    @Test func `any pattern is read or refused, and what is read can be looked for`() {
        let pieces = [
            "a", "b", "(", ")", "[", "]", "|", "*", "+", "?", "{", "2", ",", "}", "\\", "w", "b", ".", "^",
            "$", "-", "å",
        ]
        for seed in fuzzSeeds() {
            var chance = SeededGenerator(seed: seed)
            let count = Int.random(in: 0...24, using: &chance)
            let pattern = (0..<count).compactMap { _ in pieces.randomElement(using: &chance) }.joined()
            let text = (0..<20).compactMap { _ in pieces.randomElement(using: &chance) }.joined()
            do {
                let found = try TextPattern(pattern)
                // What is found in a text is found in a longer one, unless an edge is asked for.
                let hasEdge = pattern.contains { "^$\\".contains($0) }
                if !hasEdge, found.isFound(in: text) {
                    #expect(found.isFound(in: "x" + text + "x"), "seed \(seed)")
                }
            } catch {
                #expect((1...count + 1).contains(error.character), "seed \(seed)")
            }
        }
    }
}

struct MentionPatternsTests {
    @Test(arguments: [
        ("hey Lobster King, look", true), ("@lobster  king?", true), ("lobsterking", false),
        ("lobster kings", false),
        ("x🦞", true), ("l\u{200B}obster king", true), ("nobody", false),
    ])
    func `the name and the emoji are heard`(text: String, isMeant: Bool) {
        #expect(MentionPatterns(name: "Lobster King", emoji: "🦞").match(text) == isMeant)
    }

    @Test(arguments: [
        ("Åsa", "hej åsa!", true), ("Åsa", "påsar", false), ("包", "@包 hi", true), ("包", "面包", false),
    ])
    func `names of every script are words`(name: String, text: String, isMeant: Bool) {
        #expect(MentionPatterns(name: name, emoji: nil).match(text) == isMeant)
    }

    @Test func `an emoji of several parts is heard with and without its invisible ones`() {
        #expect(MentionPatterns(name: nil, emoji: "❤️").match("❤"))
        #expect(MentionPatterns(name: nil, emoji: "👩‍💻").match("hi 👩‍💻"))
    }

    @Test func `without a name there is nothing to hear`() {
        let patterns = MentionPatterns(name: " ", emoji: nil)
        #expect(patterns.isEmpty)
        #expect(!patterns.match("hi"))
    }

    @Test func `a backspace in a pattern is an edge of a word`() throws {
        #expect(try MentionPatterns(["\u{8}bot\u{8}"]).match("the bot"))
        #expect(try !MentionPatterns(["\u{8}bot\u{8}"]).match("robot"))
    }

    @Test func `the pattern that cannot be used is named`() throws {
        let error = try #require(throws: TextPatternError.self) { try MentionPatterns(["fine", "(bad"]) }
        #expect(
            error.description == "The pattern `(bad` cannot be used. Character 1: this `(` is not closed.")
    }
}
