/// Splits Markdown into messages that a platform takes.
///
/// It cuts at a blank line if it can, else at a line break, the end of a sentence, a space; only a word that is longer
/// than a message is cut itself. A block of code that has to be cut is closed and opened again, so are marked words, and
/// the rest of a quoted line is a quote again.
///
/// Each part is what was added in front, a piece of the text (its line breaks written as `\n`), and what was added
/// behind. The pieces stand in the order of the text, and all that lies between them is white space: in code the one
/// line break at the cut, or lines without anything. No part is longer than the limit, unless that is shorter than one
/// Unicode scalar.
package struct TextSplitter: Sendable {
    package var limits: MessageLimits
    /// `.newline` cuts at every blank line outside of code, even where more would fit.
    package var mode: ChannelRules.ChunkMode

    package init(limits: MessageLimits, mode: ChannelRules.ChunkMode = .length) {
        self.limits = limits
        self.mode = mode
    }

    /// The parts in their order; none for a text of white space only.
    ///
    /// A text that begins as `blocks` do is cut where they were, too. Takes time in proportion to the text's length.
    package func split(_ text: String, at blocks: BlockStops = BlockStops()) -> [String] {
        let map = MarkdownMap(text)
        let stops = map.bytes.starts(with: blocks.text.utf8) ? blocks.offsets : []
        return pieces(of: map, stops: stops[...]).map { piece in
            String(decoding: piece.opening + map.bytes[piece.range] + piece.closing, as: UTF8.self)
        }
    }

    /// A part, still knowing what of it was added.
    struct Piece {
        var opening: [UInt8]
        var range: Range<Int>
        var closing: [UInt8]
    }

    func pieces(of map: MarkdownMap, stops: ArraySlice<Int> = []) -> [Piece] {
        var stops = stops
        let wrapping = CutWrapping(map: map, unit: limits.unit, longest: max(1, limits.longest))
        var pieces: [Piece] = []
        var opening: [UInt8] = []
        var start = map.inkLine(from: 0)
        while start < map.inkEnd {
            var scan = CutScan(map: map, wrapping: wrapping, limits: limits, opening: opening, start: start)
            var place = scan.nextCut(atBlankLines: mode == .newline)
            while let stop = stops.first, !map.hasInk(start..<max(stop, start)) { stops.removeFirst() }
            if let stop = stops.first, stop < min(place ?? map.inkEnd, map.inkEnd) { place = stop }
            let cut =
                place.map { map.cut(at: $0, after: start) } ?? TextCut(end: map.inkEnd, next: map.bytes.count)
            let wrap = wrapping.wrap(at: place ?? map.bytes.count, next: cut.next)
            if map.hasInk(start..<cut.end) {
                pieces.append(Piece(opening: opening, range: start..<cut.end, closing: wrap.closing))
            }
            opening = wrap.opening
            start = cut.next
        }
        return pieces
    }
}

/// Where a piece of the text ends and the next one begins; what lies between is white space.
struct TextCut {
    let end: Int
    let next: Int
}
