package import Core

/// Limits, abilities and prices of models: the config file's entries over the table over what an id's name tells.
package struct ModelCatalog: Sendable {
    private let configured: [ModelInfo]
    private let listsTable: Bool

    package init(settings: ModelSettings = ModelSettings()) {
        configured = settings.providers.keys.sorted().flatMap { settings.providers[$0]?.models ?? [] }
        listsTable = !settings.replacesCatalog
    }

    /// What is known about a model.
    ///
    /// Never nil: an id that is on no list gets its family's limits.
    package func info(_ reference: ModelReference) -> ModelInfo {
        let listed = Self.known[reference]
        guard var info = configured.first(where: { $0.reference == reference }) else {
            return listed ?? Self.behind(reference) ?? Self.guess(reference)
        }
        if info.reasoning, info.efforts.isEmpty {
            info.efforts = listed?.efforts ?? Self.guess(reference).efforts
        }
        return info
    }

    /// Every listed model; those of the config file first.
    package var models: [ModelInfo] {
        guard listsTable else { return configured }
        let own = Set(configured.map(\.reference))
        return configured + Self.listed.filter { !own.contains($0.reference) }
    }

    /// What these tokens of a model cost; nil when its price is not known.
    package func cost(of usage: Usage, _ reference: ModelReference) -> Usage.Cost? {
        info(reference).cost(of: usage)
    }

    // MARK: The table

    private static let listed: [ModelInfo] = table.split(separator: "\n").compactMap { row($0) }
    private static let known = Dictionary(listed.map { ($0.reference, $0) }) { first, _ in first }

    static func row(_ line: Substring) -> ModelInfo? {
        let cells = line.split(separator: "|").map { String($0.trimmed) }
        guard cells.count == 11, let context = Int(cells[3]), let maxTokens = Int(cells[4]) else {
            return nil
        }
        let prices = cells[7...].compactMap { Double($0) }
        guard prices.count == 4 else { return nil }
        let efforts = cells[6].split(separator: ",").map(String.init)
        return ModelInfo(
            reference: ModelReference(provider: cells[0], model: cells[1]), name: cells[2],
            contextWindow: context,
            maxTokens: maxTokens, acceptsImages: cells[5].hasSuffix("image"), reasoning: cells[6] != "-",
            efforts: ["-", "yes"].contains(cells[6]) ? [] : efforts,
            price: .init(input: prices[0], output: prices[1], cacheRead: prices[2], cacheWrite: prices[3]))
    }

    /// What the table knows of a model, under this name or behind a router's.
    static func listed(_ reference: ModelReference) -> ModelInfo? { known[reference] ?? behind(reference) }

    // MARK: Unlisted ids

    /// What routers call a vendor, where the table has another name.
    private static let vendors = [
        "mistralai": "mistral", "moonshotai": "moonshot", "x-ai": "xai", "z-ai": "zai",
        ChatGPTAccount.service: "openai",
    ]

    /// A vendor's model that a router or a subscription offers, like `openrouter/anthropic/claude-opus-4.6:beta`.
    ///
    /// Its limits and abilities are the same, its price is not.
    private static func behind(_ reference: ModelReference) -> ModelInfo? {
        let parts = reference.model.split(separator: "/", maxSplits: 1).map(String.init)
        let (vendor, name) =
            parts.count == 2 ? (parts[0], parts[1]) : (reference.provider, reference.model)
        guard parts.count == 2 || vendors[vendor] != nil else { return nil }
        let id = String(name.prefix { $0 != ":" })
        let rows = [id, id.replacing(".", with: "-")].lazy.compactMap { id in
            known[ModelReference(provider: vendors[vendor] ?? vendor, model: id)]
        }
        guard var info = rows.first else { return nil }
        info.reference = reference
        info.price = nil
        return info
    }

    private static func guess(_ reference: ModelReference) -> ModelInfo {
        let family = ModelFamily(reference.model)
        let (context, maxTokens) = limits(of: family)
        return ModelInfo(
            reference: reference, contextWindow: context, maxTokens: maxTokens,
            acceptsImages: family.seesImages,
            reasoning: family.thinks, efforts: efforts(of: family))
    }

    private static func limits(of family: ModelFamily) -> (context: Int, maxTokens: Int) {
        let version = family.version ?? .init(0)
        if family.begins(with: "claude") {
            return version >= .init(4, 6)
                ? (1_000_000, 128_000) : (200_000, version >= .init(3, 7) ? 32_000 : 8192)
        }
        if family.begins(with: "gemini") { return (1_048_576, 65_536) }
        if family.begins(with: "gpt") || family.begins(with: "o") {
            return family.thinks ? (200_000, 64_000) : (128_000, 16_384)
        }
        return (128_000, 8192)
    }

    private static func efforts(of family: ModelFamily) -> [String] {
        if family.begins(with: "gpt") || family.begins(with: "o") { return family.openAIEfforts }
        guard family.thinks else { return [] }
        if family.begins(with: "gemini") {
            return (family.version ?? .init(3)) >= .init(3) ? ["low", "high"] : []
        }
        if family.begins(with: "claude"), (family.version ?? .init(5)) >= .init(4, 6) {
            return ["low", "medium", "high"]
        }
        return []
    }
}
