import Wire

/// Who may come in, as the config has it now.
package struct AccessSettings: Sendable {
    package var auth: SharedAuth
    /// `gateway.controlUi.allowedOrigins`.
    package var allowedOrigins: [String] = []
    /// `gateway.controlUi.allowInsecureAuth`: the page gets in with the secret alone, from any allowed origin.
    package var allowsInsecureAuth = false
    /// `gateway.controlUi.dangerouslyDisableDeviceAuth`: the page's device is not looked at at all.
    package var disablesDeviceAuth = false
    /// `gateway.customBindHost` and the like: names that are answered although no secret is asked for.
    package var ownNames: [String] = []
    package var trustedProxies: [String] = []
    /// `FLY_APP_NAME` is set.
    package var isOnFly = false
    package var loginRules = LoginRules()

    package init(auth: SharedAuth) { self.auth = auth }

    var letsPagesInWithoutDevice: Bool { allowsInsecureAuth || disablesDeviceAuth }
    var origins: OriginRule { OriginRule(allowed: allowedOrigins, asksForSecret: auth.asksForSecret) }
    var places: ClientPlaces { ClientPlaces(trustedProxies: trustedProxies, isOnFly: isOnFly) }

    var hosts: HostRule {
        let names =
            allowedOrigins.compactMap { HostAndPort(origin: $0)?.name } + ownNames.map { $0.lowercased() }
        return HostRule(asksForSecret: auth.asksForSecret, configuredNames: Set(names))
    }
}
