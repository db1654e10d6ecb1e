import Core
import Store

/// How an answer becomes messages of a platform.
struct ReplyPlan {
    let rules: ChannelRules
    let limits: MessageLimits
    let address: Address
    /// The bot that posts it, also from another account by then.
    let bot: String?
    /// The message that is answered.
    let asked: MessageID
    /// `ChannelMessage.handle` of it.
    let handle: JSON?
    let run: RunID
    /// Whether what was said before that message may wait still: a command does not wait for its turn.
    var isAside = false

    /// Messages that one answer may become: a model that runs away must not fill a chat.
    private static let mostParts = 100
    private static let tooLong =
        "⚠️ The answer is longer than \(mostParts) messages. All of it stands in the conversation, which the Control UI shows."

    /// The parts of `text`, numbered from `first`; none when the model chose to say nothing.
    ///
    /// Files that it names are sent from `workspace` only. `blocks` are what was sent of it before it was whole.
    func parts(
        of text: String, from first: Int, answer: ResponsePrefix.Answer? = nil, workspace: String? = nil,
        blocks: BlockStops = BlockStops()
    ) -> [NewOutboxPart] {
        let directives = ReplyDirectives(text)
        guard !directives.isSilent else { return unlessSomebodyWaits(first) }
        let (files, refusals) = files(directives, workspace)
        let said = ([directives.text] + refusals).filter { !$0.isEmpty }.joined(separator: "\n")
        var pieces = split(prefixed(said, answer), at: blocks)
        if pieces.count > Self.mostParts { pieces[(Self.mostParts - 1)...] = [Self.tooLong] }
        if pieces.isEmpty && !files.isEmpty { pieces = [""] }
        let parts = pieces.enumerated().map { index, piece in
            NewOutboxPart(
                run: run, part: first + index, address: address,
                content: content(piece, directives, isFirst: first + index == 0), bot: bot)
        }
        return Self.adding(files, to: parts, most: limits.mostFiles)
    }

    /// The parts with files in the last of them, and in further ones as far as one message does not hold them all.
    static func adding(_ files: [OutgoingFile], to parts: [NewOutboxPart], most: Int?) -> [NewOutboxPart] {
        guard let last = parts.last else { return parts }
        var parts = parts
        var rest = files[...]
        let most = most ?? max(files.count, 1)
        parts[parts.count - 1].content.files = Array(rest.prefix(most))
        rest = rest.dropFirst(most)
        while !rest.isEmpty {
            var further = last
            further.part = parts[parts.count - 1].part + 1
            further.content = OutgoingPart.Content(
                text: "", handle: last.content.handle, answered: last.content.answered,
                isAside: last.content.isAside)
            further.content.files = Array(rest.prefix(most))
            parts.append(further)
            rest = rest.dropFirst(most)
        }
        return parts
    }

    /// What may be seen of the first part of an answer that is still being written; nil for nothing.
    func beginning(of text: String, from first: Int, answer: ResponsePrefix.Answer) -> OutgoingPart.Content? {
        let directives = ReplyDirectives(soFar: text)
        let words = prefixed(directives.text, first == 0 ? answer : nil)
        return split(words).first.map { content($0, directives, isFirst: first == 0) }
    }

    /// What `cutter` has cut off such an answer, each to be sent now; true when it should look again soon.
    func blocks(
        of text: String, from first: Int, answer: ResponsePrefix.Answer, cutter: inout BlockCutter
    ) -> ([OutgoingPart.Content], isUnfinished: Bool) {
        let directives = ReplyDirectives(soFar: text)
        let isUnfinished = cutter.look(at: prefixed(directives.text, first == 0 ? answer : nil))
        let all = split(cutter.stops.text, at: cutter.stops).prefix(Self.mostParts - 1)
        let pieces = all.enumerated().map { index, piece in
            content(piece, directives, isFirst: first + index == 0)
        }
        return (pieces, isUnfinished)
    }

    /// What stands in a part's place while its turn is busy.
    func status(_ text: String, isFirst: Bool) -> OutgoingPart.Content {
        content(text, ReplyDirectives(""), isFirst: isFirst)
    }

    private func content(_ text: String, _ directives: ReplyDirectives, isFirst: Bool) -> OutgoingPart.Content
    {
        OutgoingPart.Content(
            text: text, replyTo: target(directives, isFirst: isFirst), handle: handle, answered: asked,
            isAside: isAside)
    }

    private func files(_ directives: ReplyDirectives, _ workspace: String?) -> ([OutgoingFile], [String]) {
        var (files, refusals): ([OutgoingFile], [String]) = ([], [])
        for source in directives.media {
            if let path = SendableFile.resolve(source, in: workspace) {
                files.append(OutgoingFile(source: path, isVoice: directives.isVoice))
            } else {
                refusals.append(SendableFile.refusal(source, in: workspace))
            }
        }
        return (files, refusals)
    }

    /// A menu of the platform shows that it waits until something comes.
    private func unlessSomebodyWaits(_ first: Int) -> [NewOutboxPart] {
        guard first == 0, let handle else { return [] }
        let content = OutgoingPart.Content(text: "✓", handle: handle, answered: asked)
        return [NewOutboxPart(run: run, part: 0, address: address, content: content, bot: bot)]
    }

    private func prefixed(_ text: String, _ answer: ResponsePrefix.Answer?) -> String {
        guard let answer, let prefix = rules.responsePrefix else { return text }
        return ResponsePrefix(prefix).added(to: text, of: answer)
    }

    private func split(_ text: String, at blocks: BlockStops = BlockStops()) -> [String] {
        var limits = limits
        if let own = rules.textLimit { limits.longest = min(limits.longest, max(own, 1)) }
        if let own = rules.mostLines { limits.mostLines = max(own, 1) }
        return TextSplitter(limits: limits, mode: rules.chunkMode).split(text, at: blocks)
    }

    private func target(_ directives: ReplyDirectives, isFirst: Bool) -> MessageID? {
        switch directives.replyTo {
        case .message(let id): return id
        case .current: return isFirst ? asked : nil
        case nil: break
        }
        return switch rules.replyMode {
        case .off: nil
        case .first, .batched: isFirst ? asked : nil
        case .all: asked
        }
    }
}
