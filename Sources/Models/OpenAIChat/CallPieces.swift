/// Tells which tool call a piece of the stream belongs to: servers number the calls, or give all of them the same number, or
/// none.
///
/// The calls have numbers of our own here, in the order in which they began.
struct CallPieces {
    /// As it came; what is empty is not there.
    struct Piece {
        var index: Int?
        var id: String?
        var name: String?
        var arguments: String
    }

    private struct Call {
        var id: String?
        var name: String?
        /// Whether what there is of the arguments may be all of them.
        var mayBeWhole = false
    }

    private var calls: [Call] = []
    /// The newest call of each number that the server gave, and of each id.
    private var newest: [Int: Int] = [:]
    private var named: [String: Int] = [:]

    /// The call's number, and whether it begins with this piece.
    mutating func place(of piece: Piece) -> (number: Int, isNew: Bool) {
        let open = piece.index.map { newest[$0] } ?? calls.indices.last
        if let known = open.flatMap({ call(after: $0, piece) }) {
            note(piece, at: known)
            return (known, false)
        }
        let number = calls.count
        calls.append(Call())
        if let index = piece.index { newest[index] = number }
        note(piece, at: number)
        return (number, true)
    }

    /// The call that `piece` goes on with where `open` is the one before it; nil when it begins another.
    private func call(after open: Int, _ piece: Piece) -> Int? {
        let call = calls[open]
        if let id = piece.id, let known = call.id, id != known {
            // Some servers give every piece an id of its own: only a name begins a call.
            return named[id] ?? (piece.name == nil ? open : nil)
        }
        guard piece.id == nil, let name = piece.name, let known = call.name else { return open }
        // A server without ids may send the name with every piece; but nothing goes on with `}{`.
        let beginsAnew = call.mayBeWhole && piece.arguments.utf8.first == UInt8(ascii: "{")
        return name != known || beginsAnew ? nil : open
    }

    private mutating func note(_ piece: Piece, at number: Int) {
        if let id = piece.id, calls[number].id == nil {
            calls[number].id = id
            named[id] = number
        }
        calls[number].name = calls[number].name ?? piece.name
        if let last = piece.arguments.utf8.last { calls[number].mayBeWhole = last == UInt8(ascii: "}") }
    }
}
