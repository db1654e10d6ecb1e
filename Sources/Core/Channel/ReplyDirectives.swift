/// What a model wrote into its answer for the house, and the answer without it.
///
/// Code is left alone: fenced, indented, and between backticks in a line.
package struct ReplyDirectives: Sendable, Hashable {
    /// What people read; empty when there is nothing to say.
    package private(set) var text: String
    /// From lines `MEDIA:<path or address>`: paths as written, or `https:` addresses.
    package private(set) var media: [String] = []
    /// From `[[reply_to_current]]` or `[[reply_to:<id>]]`; an id counts more, and the last one most.
    package private(set) var replyTo: Target?
    /// From `[[audio_as_voice]]`: sound goes out as if it had been spoken.
    package private(set) var isVoice = false
    /// Whether the model said with `NO_REPLY` that nothing is to be sent.
    package private(set) var isSilent = false
    /// Whether there is nothing to send though the model did not ask for silence.
    package var saysNothing: Bool { !isSilent && text.trimmed.isEmpty && media.isEmpty }

    /// What a model says when nothing is to be sent.
    package static let silence = SilentToken.word

    /// The message that an answer points at.
    package enum Target: Sendable, Hashable {
        /// The one that is answered.
        case current
        case message(MessageID)
    }

    package init(_ answer: String) {
        text = ""
        var kept: [Substring] = []
        var isAfterTaken = false
        for line in ProseLines(answer).lines {
            let isSecondBlank = line.isBlank && isAfterTaken && kept.last?.isBlank != false
            if isSecondBlank { continue }
            let rest = line.isProse ? take(line.text) : line.text
            if let rest { kept.append(rest) }
            isAfterTaken = rest == nil
        }
        let said = kept.drop(while: \.isBlank).joined(separator: "\n")[...].withoutSpaceBehind
        isSilent = SilentToken.isAll(of: said)
        text = isSilent ? "" : String(SilentToken.removed(from: said))
    }

    /// What of an answer that is still being written may be shown: a directive that has begun is held back.
    package init(soFar answer: String) {
        guard !Self.mayBeSilent(answer) else {
            self.init("")
            return
        }
        guard let line = ProseLines(answer).lines.last, line.isProse else {
            self.init(answer)
            return
        }
        let held = MediaLine.mayBegin(line.text) ? line.text.count : ReplyTag.heldBack(of: line.text)
        self.init(String(answer.dropLast(held)))
    }

    /// Whether an answer that is still being written may turn out to be silent.
    package static func mayBeSilent(_ answer: String) -> Bool { SilentToken.mayBegin(answer[...]) }

    /// What of the line is text; nil when it was nothing but directives.
    private mutating func take(_ line: Substring) -> Substring? {
        guard let found = MediaLine(line) else { return takeTags(line) }
        media += found.media
        return found.rest.map { $0[...] }
    }

    // MARK: Tags

    /// The line without its tags; nil when nothing else was in it.
    private mutating func takeTags(_ line: Substring) -> Substring? {
        guard line.contains("[[") else { return line }
        var rest = ""
        var isCode = false
        var open = line
        while let start = open.firstRange(of: "[[")?.lowerBound {
            let before = open[..<start]
            if before.utf8.count(where: { $0 == UInt8(ascii: "`") }) % 2 == 1 { isCode.toggle() }
            rest += before
            open = open[start...]
            guard !isCode, let tag = ReplyTag(open) else {
                rest += "[["
                open = open.dropFirst(2)
                continue
            }
            apply(tag)
            open = open.dropFirst(tag.length)
            if rest.isEmpty || rest.last?.isWhitespace == true { open = open.drop { $0.isWhitespace } }
        }
        rest += open
        return rest[...].isBlank ? nil : rest[...].withoutSpaceBehind
    }

    private mutating func apply(_ tag: ReplyTag) {
        switch tag.kind {
        case .voice: isVoice = true
        case .current: if replyTo == nil { replyTo = .current }
        case .message(let id): replyTo = .message(id)
        }
    }
}

extension Substring {
    var isBlank: Bool { allSatisfy(\.isWhitespace) }

    var withoutSpaceBehind: Substring {
        lastIndex { !$0.isWhitespace }.map { self[...$0] } ?? prefix(0)
    }
}
