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
    /// All of a thought that has not been closed, with its tag.
    private var open = ""

    /// A model that writes nothing but line breaks has begun its answer.
    private static let mostHeldBytes = 256

    mutating func read(_ text: String) -> [Piece] {
        held += text
        if case .inside = place { open += text }
        switch place {
        case .beginning: return begin()
        case .inside(let end): return think(until: end)
        case .behind: return leave()
        case .answer: return rest()
        }
    }

    /// What was held back, when nothing follows that could make a tag of it.
    mutating func rest() -> [Piece] {
        defer { held = "" }
        guard !held.isEmpty else { return [] }
        if case .inside = place { return [.thought(held)] }
        return [.text(held)]
    }

    /// The same at the end of an answer that is whole: what begins with a tag and never closes it was no thought.
    mutating func end() -> [Piece] {
        let rest = rest()
        guard case .inside = place else { return rest }
        place = .answer
        return rest + [.text(open)]
    }

    private mutating func begin() -> [Piece] {
        let text = held.drop(while: \.isWhitespace)
        let start = text.prefix(Self.longestTag).lowercased()
        if let name = Self.names.first(where: { start.hasPrefix("<\($0)>") }) {
            open = String(text)
            held = String(text.dropFirst(name.count + 2))
            let end = "</\(name)>"
            place = .inside(end: end)
            return think(until: end)
        }
        if held.utf8.count <= Self.mostHeldBytes, Self.names.contains(where: { "<\($0)>".hasPrefix(start) }) {
            return []
        }
        place = .answer
        return rest()
    }

    /// `<thinking>`, in characters.
    private static let longestTag = 10

    private mutating func think(until end: String) -> [Piece] {
        let tag = held.indices.first { place in
            held[place] == "<" && end.hasPrefix(held[place...].prefix(end.count).lowercased())
        }
        guard let tag else { return rest() }
        let thought = tag == held.startIndex ? [] : [Piece.thought(String(held[..<tag]))]
        held = String(held[tag...])
        guard held.count >= end.count else { return thought }
        held = String(held.dropFirst(end.count))
        place = .behind
        return thought + leave()
    }

    private mutating func leave() -> [Piece] {
        held = String(held.drop(while: \.isWhitespace))
        guard !held.isEmpty else { return [] }
        place = .beginning
        return begin()
    }
}
