package import Core
package import Store

/// What stickers show: each is described once, by a model that sees, and told in words from then on.
///
/// The first time a sticker comes, its picture goes along with the message.
@MainActor
package final class StickerBook {
    private let store: ChannelMemoryStore
    private let models: any ModelProvider
    private let usage: UsageStore
    private let log: Log
    private let work = TaskPool()
    /// Descriptions by sticker, of each account that was looked into.
    private var pages: [ChannelKey: [Entry]] = [:]
    private var busy: Set<String> = []

    private struct Entry {
        let id: String
        let words: String
    }

    /// Of each account; the one that came longest ago goes first. A person has a few dozen favourites.
    private static let mostStickers = 300
    /// A sentence or two.
    private static let mostBytes = 500
    private static let memoryName = "stickers"
    private static let task = """
        Describe the sticker for somebody who cannot see it: who or what is on it, what it does or feels, and any words \
        on it. One short sentence, nothing else.
        """

    package init(store: ChannelMemoryStore, models: any ModelProvider, usage: UsageStore, log: Log) {
        self.store = store
        self.models = models
        self.usage = usage
        self.log = log
    }

    /// Describes what was seen first until cancelled.
    package func run() async { await work.run() }

    /// What a sticker shows; nil for one that nobody has described.
    func words(for sticker: String, on key: ChannelKey) async -> String? {
        await page(key).last { $0.id == sticker }?.words
    }

    /// Has it described in a while, for the next time it comes; `choice` is who is asked.
    func learn(
        _ sticker: String, _ image: ImageContent, on key: ChannelKey, by choice: ModelChoice, _ agent: AgentID
    ) {
        let name = "\(key.channel)/\(key.account)/\(sticker)"
        guard choice.facts.acceptsImages, busy.insert(name).inserted else { return }
        work.add {
            await self.describe(sticker, image, on: key, by: choice, agent)
            self.busy.remove(name)
        }
    }

    private func describe(
        _ sticker: String, _ image: ImageContent, on key: ChannelKey, by choice: ModelChoice, _ agent: AgentID
    ) async {
        do {
            let words = try await ask(image, choice, agent)
            if !words.isEmpty { try await keep(Entry(id: sticker, words: words), on: key) }
        } catch {
            // It is described when it comes the next time.
            log.named(key.channel.rawValue).debug("A sticker was not described.", ["reason": "\(error)"])
        }
    }

    private func ask(_ image: ImageContent, _ choice: ModelChoice, _ agent: AgentID) async throws -> String {
        let question = UserMessage(content: [.image(image), .text("What does it show?")], timestamp: .now)
        let request = ModelRequest(
            model: choice.model, fallbacks: choice.fallbacks, system: Self.task, messages: [.user(question)])
        let answer = try await models.respond(to: request) { _ in }
        let model = answer.writer ?? request.model
        try await usage.add([
            UsageRecord(
                provider: model.provider, model: model.model, source: "sticker", agent: agent,
                usage: answer.usage ?? Usage())
        ])
        // The beginning of a refusal describes nothing.
        guard answer.stopReason != .error else { return "" }
        return String(answer.text.trimmed).head(bytes: Self.mostBytes)
            .split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    private func keep(_ entry: Entry, on key: ChannelKey) async throws {
        let known = await page(key).filter { $0.id != entry.id }
        let page = Array((known + [entry]).suffix(Self.mostStickers))
        pages[key] = page
        let json = page.map { ["id": .string($0.id), "words": .string($0.words)] as JSON }
        try await store.set(Self.memoryName, .array(json), channel: key.channel, account: key.account)
    }

    private func page(_ key: ChannelKey) async -> [Entry] {
        if let known = pages[key] { return known }
        // What cannot be read is described anew.
        let kept = try? await store.value(Self.memoryName, channel: key.channel, account: key.account)
        if let known = pages[key] { return known }
        let page = (kept?.arrayValue ?? []).compactMap { entry -> Entry? in
            guard let id = entry["id"]?.stringValue, let words = entry["words"]?.stringValue else {
                return nil
            }
            return Entry(id: id, words: words)
        }
        pages[key] = page
        return page
    }
}
