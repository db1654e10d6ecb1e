import Wire

/// Which web pages may open a control connection.
struct OriginRule: Sendable {
    /// `gateway.controlUi.allowedOrigins`; `*` allows all.
    let allowed: [String]
    /// Without a secret only the gateway's own page is let in.
    var asksForSecret = true

    /// What the page behind an `Origin` is to us.
    enum Verdict: Hashable, Sendable {
        /// No `Origin`: not a browser.
        case absent
        /// The page came from this gateway, or its origin is allowed in the config.
        case own
        case foreign
    }

    /// The scheme may differ: behind a proxy that ends TLS the page says `https` and we are spoken to in plain HTTP.
    func verdict(origin: String?, host: HostAndPort?, isDirectLoopback: Bool) -> Verdict {
        guard let origin, !origin.isEmpty else { return .absent }
        let text = origin.lowercased()
        if allowed.contains(where: { $0 == "*" || Self.normalized($0) == text }) { return .own }
        guard let page = HostAndPort(origin: origin), let host else { return .foreign }
        if page.isSamePlace(as: host) { return .own }
        // A development server of the same person, on another port of the same machine. It has to know the secret.
        return page.isLocal && host.isLocal && isDirectLoopback && asksForSecret ? .own : .foreign
    }

    private static func normalized(_ origin: String) -> String {
        let text = origin.lowercased()
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }
}
