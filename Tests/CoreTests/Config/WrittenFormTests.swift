import Core
import Testing

struct WrittenFormTests {
    @Test(arguments: [
        // What a program sends, what the file says, what that means, what is to be written
        ("{a: 'x'}", "{a: '${A}'}", "{a: 'x'}", "{a: '${A}'}"),
        ("{a: 'y'}", "{a: '${A}'}", "{a: 'x'}", "{a: 'y'}"),
        ("{a: 'x', b: 1}", "{a: '${A}'}", "{a: 'x'}", "{a: '${A}', b: 1}"),
        ("{a: '${A}'}", "{a: '$${A}'}", "{a: '${A}'}", "{a: '$${A}'}"),
        ("{b: 1}", "{a: '${A}'}", "{a: 'x'}", "{b: 1}"),
        ("{a: 1}", "{a: 1}", "{a: 1}", "{a: 1}"),
        ("{l: ['x', 'y']}", "{l: ['${A}', 'z']}", "{l: ['x', 'z']}", "{l: ['${A}', 'y']}"),
        (
            "{l: [{id: 2, k: 'b'}, {id: 1, k: 'a'}]}", "{l: [{id: 1, k: '${A}'}, {id: 2, k: '${B}'}]}",
            "{l: [{id: 1, k: 'a'}, {id: 2, k: 'b'}]}", "{l: [{id: 2, k: '${B}'}, {id: 1, k: '${A}'}]}"
        ),
        ("{g: {p: 1, m: 'x'}}", "{g: {$include: 'f'}}", "{g: {p: 1, m: 'x'}}", "{g: {$include: 'f'}}"),
        ("{g: {p: 2, m: 'x'}}", "{g: {$include: 'f'}}", "{g: {p: 1, m: 'x'}}", "{g: {$include: 'f', p: 2}}"),
        ("{g: {p: 1}}", "{g: {$include: 'f', q: 3}}", "{g: {p: 1, q: 3}}", "{g: {$include: 'f'}}"),
        ("{p: 1, n: 5}", "{$include: 'f', n: 4}", "{p: 1, n: 4}", "{$include: 'f', n: 5}"),
        ("[1]", "{a: '${A}'}", "{a: 'x'}", "[1]"),
    ])
    func `variables and included files stay as they are written`(
        sent: String, written: String, meaning: String, result: String
    ) throws {
        let value = { (text: String) in try JSON.parseJSON5(text).value }

        let kept = try value(sent).keepingReferences(of: try value(written), meaning: try value(meaning))

        #expect(kept == (try value(result)))
    }

    @Test func `the members that a patch removes are named`() {
        let patch: JSON = ["a": .null, "b": ["c": .null, "d": 1], "e": [.null]]

        #expect(patch.removedPaths().map(\.description) == ["a", "b.c"])
    }
}
