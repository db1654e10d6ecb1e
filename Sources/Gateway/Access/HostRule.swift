import Wire

/// Which `Host` names are answered where no secret is asked for.
///
/// A page on the internet can point its own name at 127.0.0.1 and so speak to a gateway without a password as if it
/// were the page's own server (DNS rebinding). Its name still stands in `Host`.
struct HostRule: Sendable {
    let asksForSecret: Bool
    /// Names from the config: hosts of `gateway.controlUi.allowedOrigins` and `gateway.customBindHost`.
    let configuredNames: Set<String>

    func allows(_ host: HostAndPort?) -> Bool {
        if asksForSecret { return true }
        guard let host else { return false }
        return host.isAddress || host.name == "localhost" || configuredNames.contains(host.name)
    }

    static let refusal = HTTPResponse.text(
        "This gateway asks for no password, so it answers only to an IP address, `localhost` or a name in "
            + "`gateway.controlUi.allowedOrigins`. Set `gateway.auth.token` to reach it by other names.\n",
        status: 403)
}
