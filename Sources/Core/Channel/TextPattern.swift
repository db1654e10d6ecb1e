/// A regular expression as people write them in a config: JavaScript's, without references and without looking around.
///
/// All ways are tried at once (Thompson 1968): the time is bounded by the length of the text times that of the pattern,
/// whatever the pattern. Case does not matter. `\w` and `\b` know the letters of every alphabet; Chinese, Japanese and
/// Korean, which are written without spaces, have no word boundaries.
package struct TextPattern: Sendable {
    private let steps: [Step]

    /// One instruction; the next one follows unless it says otherwise.
    enum Step: Sendable {
        case one(ScalarSet)
        case edge(Edge)
        case fork(Int, Int)
        case jump(Int)
        case found
    }

    /// A place between two characters.
    enum Edge: Sendable {
        case start, end, word, noWord
        /// No letter or digit of any script before it, or behind it.
        case nameStart, nameEnd
    }

    /// Throws for what it does not know.
    package init(_ pattern: String) throws(TextPatternError) {
        var parser = TextPatternParser(pattern)
        steps = try parser.parse()
    }

    /// Finds the words with white space between them, with or without `@` before them.
    init(words: [String]) {
        var builder = TextPatternBuilder()
        let at = TextPatternNode.one(ScalarSet("@"))
        let space = TextPatternNode.one(.space)
        var nodes: [TextPatternNode] = [.edge(.nameStart), .repeated(at, least: 0, most: 1)]
        for (index, word) in words.enumerated() {
            if index > 0 { nodes.append(.repeated(space, least: 1, most: nil)) }
            nodes += Self.fold(word).map { TextPatternNode.one(ScalarSet($0)) }
        }
        builder.add(.all(nodes + [.edge(.nameEnd)]))
        steps = builder.finished
    }

    init(text: String) {
        var builder = TextPatternBuilder()
        builder.add(.all(Self.fold(text).map { TextPatternNode.one(ScalarSet($0)) }))
        steps = builder.finished
    }

    /// The text as it is compared.
    static func fold(_ text: String) -> [Unicode.Scalar] { Array(text.lowercased().unicodeScalars) }

    package func isFound(in text: String) -> Bool { isFound(in: Self.fold(text)) }

    func isFound(in text: [Unicode.Scalar]) -> Bool {
        var run = TextPatternRun(steps: steps, text: text)
        return run.find()
    }
}
