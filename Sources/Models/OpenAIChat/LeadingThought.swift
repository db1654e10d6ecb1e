/// Parts the thoughts from an answer that begins with them between tags: servers pass on what some models write.
///
/// The text comes in pieces, cut anywhere.
struct LeadingThought {
    enum Piece: Equatable {
        case thought(String)
        case text(String)
    }

    private enum Place {
        case beginning
        /// Until `end`, the closing tag.
        case inside(end: String)
        case behind
        case answer
    }

    private static let names = ["think", "thinking", "thought"]

    private var place = Place.beginning
    /// What may still become a tag, or white space beside one.
    private var held = ""
    /// The tag of a thought that has not been closed, and what was shown of the thought.
    private var open = ""

    /// A model that writes nothing but line breaks has begun its answer.
    private static let mostHeldBytes = 256

    mutating func read(_ text: String) -> [Piece] {
        held += text
        var rest = held[...]
        var pieces: [Piece] = []
        while !rest.isEmpty, take(from: &rest, &pieces) {}
        held = String(rest)
        return pieces
    }

    /// What was held back, when nothing follows that could make a tag of it.
    mutating func rest() -> [Piece] {
        defer { held = "" }
        guard !held.isEmpty else { return [] }
        guard case .inside = place else { return [.text(held)] }
        open += held
        return [.thought(held)]
    }

    /// The same at the end of an answer that is whole: what begins with a tag and never closes it was no thought.
    mutating func end() -> [Piece] {
        let rest = rest()
        guard case .inside = place else { return rest }
        place = .answer
        return rest + [.text(open)]
    }

    /// False when what is left of the text has to wait for more.
    private mutating func take(from text: inout Substring, _ pieces: inout [Piece]) -> Bool {
        switch place {
        case .beginning: return begin(&text)
        case .inside(let end): return think(&text, until: end, &pieces)
        case .behind:
            text = text.drop(while: \.isWhitespace)
            if !text.isEmpty { place = .beginning }
        case .answer:
            pieces.append(.text(String(text)))
            text = ""
        }
        return true
    }

    private mutating func begin(_ text: inout Substring) -> Bool {
        let words = text.drop(while: \.isWhitespace)
        let start = words.prefix(Self.longestTag).lowercased()
        if let name = Self.names.first(where: { start.hasPrefix("<\($0)>") }) {
            text = words.dropFirst(name.count + 2)
            open = String(words[..<text.startIndex])
            place = .inside(end: "</\(name)>")
            return true
        }
        if text.utf8.count <= Self.mostHeldBytes, Self.names.contains(where: { "<\($0)>".hasPrefix(start) }) {
            return false
        }
        place = .answer
        return true
    }

    /// `<thinking>`, in characters.
    private static let longestTag = 10

    private mutating func think(_ text: inout Substring, until end: String, _ pieces: inout [Piece]) -> Bool {
        let tag = text.indices.first { place in
            text[place] == "<" && end.hasPrefix(text[place...].prefix(end.count).lowercased())
        }
        let thought = text[..<(tag ?? text.endIndex)]
        if !thought.isEmpty { pieces.append(.thought(String(thought))) }
        open += thought
        text = text[thought.endIndex...]
        let closing = text.prefix(end.count)
        guard closing.count == end.count else { return false }
        text = text[closing.endIndex...]
        place = .behind
        return true
    }
}
