package import Core

/// What is known about one model.
package struct ModelInfo: Sendable, Hashable {
    /// US dollars for a million tokens.
    package struct Price: Sendable, Hashable {
        package var input: Double
        package var output: Double
        package var cacheRead: Double
        package var cacheWrite: Double

        package init(input: Double, output: Double, cacheRead: Double, cacheWrite: Double) {
            self.input = input
            self.output = output
            self.cacheRead = cacheRead
            self.cacheWrite = cacheWrite
        }
    }

    package var reference: ModelReference
    package var name: String
    /// Nil: the provider's.
    package var api: ModelAPI?
    /// Tokens of question and answer together.
    package var contextWindow: Int
    /// Tokens of one answer.
    package var maxTokens: Int
    package var acceptsImages: Bool
    package var reasoning: Bool
    /// The efforts the vendor takes, lowest first; empty when thinking can only be on or off.
    package var efforts: [String]
    package var price: Price?

    package init(
        reference: ModelReference, name: String? = nil, api: ModelAPI? = nil, contextWindow: Int = 200_000,
        maxTokens: Int = 8192, acceptsImages: Bool = false, reasoning: Bool = false, efforts: [String] = [],
        price: Price? = nil
    ) {
        self.reference = reference
        self.name = name ?? reference.model
        self.api = api
        self.contextWindow = contextWindow
        self.maxTokens = maxTokens
        self.acceptsImages = acceptsImages
        self.reasoning = reasoning
        self.efforts = efforts
        self.price = price
    }

    /// An entry of `models.providers.<provider>.models`; nil without an id.
    ///
    /// What it leaves out is what the table knows of the model, or OpenClaw's usual value.
    package init?(provider: String, json: JSON) {
        guard let id = json["id"]?.stringValue, !id.isEmpty else { return nil }
        let reference = ModelReference(provider: provider, model: id)
        let listed = ModelCatalog.listed(reference)
        let cost = json["cost"]
        func dollars(_ key: String) -> Double { cost?[key]?.doubleValue ?? 0 }
        self.init(
            reference: reference, name: json["name"]?.stringValue ?? listed?.name,
            api: json["api"]?.stringValue.flatMap(ModelAPI.init(rawValue:)),
            contextWindow: max(json["contextWindow"]?.intValue ?? listed?.contextWindow ?? 200_000, 1),
            maxTokens: max(json["maxTokens"]?.intValue ?? listed?.maxTokens ?? 8192, 1),
            acceptsImages: json["input"]?.arrayValue?.contains("image") ?? listed?.acceptsImages ?? false,
            reasoning: json["reasoning"]?.boolValue ?? listed?.reasoning ?? false,
            price: cost == nil
                ? listed?.price
                : Price(
                    input: dollars("input"), output: dollars("output"), cacheRead: dollars("cacheRead"),
                    cacheWrite: dollars("cacheWrite")))
    }

    /// What these tokens cost; nil when the price is not known.
    package func cost(of usage: Usage) -> Usage.Cost? {
        guard let price else { return nil }
        func dollars(_ tokens: Int, _ perMillion: Double) -> Double {
            Double(tokens) * perMillion / 1_000_000
        }
        return Usage.Cost(
            input: dollars(usage.input, price.input), output: dollars(usage.output, price.output),
            cacheRead: dollars(usage.cacheRead, price.cacheRead),
            cacheWrite: dollars(usage.cacheWrite, price.cacheWrite))
    }
}
