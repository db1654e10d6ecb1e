/// A model vendor that people choose by name: one with a key, or a server on this machine that asks for none.
package struct Vendor: Sendable, Hashable {
    /// As in `provider/model`.
    package let id: String
    /// Where its key is looked for, first choice first; of these `keyVariable` is the one to set.
    package let variables: [String]
    /// Nil for a server that asks for no key.
    package let keyVariable: String?
    /// The model when nothing else is chosen; nil where the vendor's own list decides.
    package let usualModel: String?

    private init?(_ provider: KnownProvider) {
        let key = provider.keyVariables.first { $0.kind == .apiKey }
        guard key != nil || !provider.needsKey else { return nil }
        id = provider.id
        variables = provider.keyVariables.map(\.name)
        keyVariable = provider.needsKey ? key?.name : nil
        usualModel = provider.defaultModel
    }

    /// In the order in which a default model is looked for; without those that only a login opens.
    package static let all = KnownProvider.all.compactMap { Vendor($0) }

    /// By its id, by its key's variable, or by what the original calls the choice: `openai-api-key`, `apiKey`.
    package static func named(_ name: String) -> Vendor? {
        let name = name.lowercased()
        if ["apikey", "token", "setup-token", "claude"].contains(name) { return named("anthropic") }
        return all.first { vendor in
            let flag = vendor.keyVariable.map { Self.spelling($0) }
            return [vendor.id, vendor.id + "-api-key", flag].contains(name)
                || flag.map { $0 == name + "-api-key" } == true
        }
    }

    /// `--gemini-api-key` without its dashes.
    package static func spelling(_ variable: String) -> String {
        String(variable.lowercased().map { $0 == "_" ? "-" : $0 })
    }
}
