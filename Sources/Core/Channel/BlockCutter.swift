/// Where an answer that is being written has been cut into messages already.
package struct BlockStops: Sendable, Hashable {
    /// The text up to the last cut, with `\n` as its only line break.
    package fileprivate(set) var text = ""
    /// Offsets into the text's UTF-8.
    package fileprivate(set) var offsets: [Int] = []

    package init() {}
}

/// Cuts blocks off an answer while it is written, each good for a message of its own.
package struct BlockCutter: Sendable {
    private let chunk: DraftChunk
    /// Of a block, in characters.
    private let least: Int
    private let most: Int
    /// The text up to the end of the last chunk.
    private var read = ""
    package private(set) var stops = BlockStops()
    /// How long there must be no further chunk before a block ends with the last one.
    package let idle: Duration

    /// `longest` is what a message takes.
    package init(_ streaming: BlockStreaming, for rules: ChannelRules, longest: Int) {
        let coalescing = rules.blockCoalescing ?? streaming.coalescing ?? BlockCoalescing()
        let longest = min(longest, max(rules.textLimit ?? longest, 1))
        var chunk = streaming.chunk
        chunk.most = min(chunk.most, longest)
        chunk.least = min(chunk.least, chunk.most)
        most = min(coalescing.most ?? longest, longest)
        least = min(coalescing.least ?? rules.leastBlock ?? chunk.least, most)
        idle = coalescing.idle
        self.chunk = chunk
    }

    /// Takes the text as it is now; true when it should be looked at again after `idle`, though nothing is added.
    package mutating func look(at text: String) -> Bool {
        let text = MarkdownMap.withPlainLineBreaks(text)
        // What was said may have been taken back.
        if !text.utf8.starts(with: stops.text.utf8) { stops = BlockStops() }
        if !text.utf8.starts(with: read.utf8) { read = stops.text }
        var hasMore = false
        while let end = chunkEnd(in: text) {
            if count(from: stops.text, in: text, to: end) > most { cut() }
            read = String(text[..<end])
            hasMore = true
        }
        if !hasMore, count(from: stops.text, in: text, to: text.index(after: read)) >= least { cut() }
        return hasMore
    }

    private mutating func cut() {
        guard read.utf8.count > stops.text.utf8.count else { return }
        stops.text = read
        stops.offsets.append(read.utf8.count)
    }

    private func count(from start: String, in text: String, to end: String.Index) -> Int {
        text.distance(from: text.index(after: start), to: end)
    }

    /// Where the next chunk ends: not within a block of code, unless that alone is larger than a chunk may be.
    private func chunkEnd(in text: String) -> String.Index? {
        let start = text.index(after: read)
        guard let end = chunk.end(of: text[start...]) else { return nil }
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "`") || $0 == UInt8(ascii: "~") }) else {
            return end
        }
        let map = MarkdownMap(text)
        let from = read.utf8.count
        guard let span = map.span(at: text.utf8.distance(from: text.startIndex, to: end)),
            case .fence(let code) = map.spans[span].wrap
        else { return end }
        let fence = map.lines[map.line(at: code.opening.lowerBound)].range.lowerBound
        if fence > from, map.hasInk(from..<fence) { return text.utf8.index(text.startIndex, offsetBy: fence) }
        return text[start...].count < chunk.most ? nil : end
    }
}

extension String {
    /// The index behind what it begins with.
    fileprivate func index(after beginning: String) -> Index {
        utf8.index(startIndex, offsetBy: beginning.utf8.count)
    }
}
