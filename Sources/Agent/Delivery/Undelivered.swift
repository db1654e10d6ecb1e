import Core
import Store

/// What people read in the place of a part that will not come.
enum Undelivered {
    /// Characters of the part by which people recognise it.
    private static let excerptLength = 60

    /// One a run.
    ///
    /// Nil for what answers nobody: who had it sent hears of the refusal there. Such is the note itself, so that its own
    /// refusal is the end of it.
    static func note(on part: OutboxPart, _ reason: String) -> NewOutboxPart? {
        guard part.content.answered != nil else { return nil }
        let text = "⚠️ A part of this answer could not be delivered: \(name(of: part.content)). \(reason)"
        return NewOutboxPart(
            run: RunID("\(part.run)-undelivered"), part: 0, address: part.address,
            content: OutgoingPart.Content(text: text, handle: part.content.handle))
    }

    private static func name(of content: OutgoingPart.Content) -> String {
        let words = content.text.filter { !"*_`~|>#[]<".contains($0) }.split(whereSeparator: \.isWhitespace)
            .joined(separator: " ")
        let excerpt = words.count > excerptLength ? words.prefix(excerptLength) + "…" : words[...]
        let files = content.files.map { file in
            "`\(file.name ?? file.source.split(separator: "/").last.map(String.init) ?? file.source)`"
        }
        return ((excerpt.isEmpty ? [] : ["“\(excerpt)”"]) + files).joined(separator: ", ")
    }
}
