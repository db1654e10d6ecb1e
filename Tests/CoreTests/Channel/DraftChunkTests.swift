import Testing

@testable import Core

struct DraftChunkTests {
    private func shown(_ text: String, _ json: JSON) -> String? {
        DraftChunk(json: json).end(of: text[...]).map { String(text[..<$0]) }
    }

    @Test(
        arguments: [
            ("One two. Three", "One two."), ("One two", nil), ("One two.\n\nThree four", "One two.\n"),
            ("One two. Three four", "One two. "), ("One two.\nThree. Four", "One two."),
            ("Onetwothreefourfivesix", "Onetwothreefourfive"),
            ("One two three four five six", "One two three four"),
            ("", nil),
        ] as [(String, String?)])
    func `a chunk ends at the best place between its bounds`(text: String, end: String?) {
        let found = shown(text, ["minChars": 5, "maxChars": 19])

        #expect(found.map { $0.split { $0.isWhitespace } } == end.map { $0.split { $0.isWhitespace } })
    }

    @Test func `bounds that make no sense are mended`() {
        #expect(shown("abc", ["minChars": -1, "maxChars": 0]) == "a")
        #expect(shown("One. Two\n\nThree", ["minChars": 1, "breakPreference": "sentence"]) == "One.")
        #expect(DraftChunk(json: "much") == DraftChunk())
    }
}
