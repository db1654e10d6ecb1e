import Core

/// Where a provider's requests go.
enum BaseURL {
    /// The config file's address, the vendor's variable, or the vendor's own; nil for a provider nobody knows.
    static func of(_ provider: String, _ settings: ModelSettings) -> String? {
        let known = KnownProvider.named(provider)
        let address =
            (settings.providers[provider]?.baseURL?.trimmed).map { String($0) }
            ?? known?.baseURLVariable.flatMap { settings.variable($0) } ?? known?.baseURL
        guard var address, !address.isEmpty else { return nil }
        while address.last == "/" { address.removeLast() }
        let isOllama = provider == "ollama" || settings.providers[provider]?.foreignAPI == "ollama"
        return isOllama && !hasVersion(address) ? address + "/v1" : address
    }

    /// The setting that a provider's address comes from; nil for the vendor's own.
    static func setting(of provider: String, _ settings: ModelSettings) -> String? {
        if settings.providers[provider]?.baseURL?.trimmed.isEmpty == false {
            return "models.providers.\(provider).baseUrl"
        }
        return KnownProvider.named(provider)?.baseURLVariable.flatMap { name in
            settings.variable(name).map { _ in name }
        }
    }

    /// `base` with `path` behind it; `version` goes between unless `base` ends in a version already.
    static func join(_ base: String, version: String, _ path: String) -> String {
        hasVersion(base) ? "\(base)/\(path)" : "\(base)/\(version)/\(path)"
    }

    private static func hasVersion(_ base: String) -> Bool {
        let last = base.split(separator: "/").last ?? ""
        return last.first == "v" && last.dropFirst().first?.isNumber == true
    }

    /// Host and port as written.
    static func host(of address: String) -> Substring {
        address.drop { $0 != ":" }.dropFirst(3).prefix { $0 != "/" }
    }
}
