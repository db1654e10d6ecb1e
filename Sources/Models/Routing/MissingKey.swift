import Core

/// What to tell a person whose model cannot be asked for want of a key.
enum MissingKey {
    /// One provider has no key.
    static func of(_ provider: String, others: [ModelReference]) -> String {
        guard let known = KnownProvider.named(provider) else { return unknownProvider(provider) }
        var text = "No login at \(provider) is stored."
        if let variable = known.keyVariables.last?.name {
            text =
                "No key is set for \(provider). Set `\(variable)` (on Fly: `fly secrets set \(variable)=…`) or "
                + "`models.providers.\(provider).apiKey`."
        }
        if let other = others.first {
            text +=
                " Keys are there for \(others.map(\.provider).joined(separator: ", ")): to use one, set "
                + "`agents.defaults.model.primary` to `\(other)`."
        }
        return text
    }

    static func unknownProvider(_ provider: String) -> String {
        "No provider `\(provider)` is known. Give its address in `models.providers.\(provider).baseUrl`, and its key in "
            + "`models.providers.\(provider).apiKey`."
    }

    static func foreignAPI(_ api: String, of provider: String) -> String {
        let ours = ModelAPI.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
        return "`models.providers.\(provider).api` is `\(api)`, which is not spoken here. Use one of \(ours)."
    }

    /// No provider has a key.
    ///
    /// `localModels` are what an Ollama on this machine offers.
    static func ofAll(localModels: [String]) -> String {
        var text =
            "No model can be asked yet, because no key is set. Set one of `ANTHROPIC_API_KEY`, `OPENAI_API_KEY` or "
            + "`GOOGLE_API_KEY` in the environment (on Fly: `fly secrets set ANTHROPIC_API_KEY=…`) and try again."
        if let first = localModels.first {
            let names = localModels.prefix(listedModels).map { "`ollama/\($0)`" }.joined(separator: ", ")
            text +=
                " Or use the Ollama on this machine, without a key: it has \(names). Set "
                + "`agents.defaults.model.primary` to `ollama/\(first)`."
        }
        return text
    }

    /// More names would hide what to do.
    private static let listedModels = 5
}
