/// `auth`: credentials for model vendors, and how long a failing one rests.
package struct AuthConfig: ConfigSection {
    package var profiles: [String: Profile] = [:]
    /// Profile ids by vendor, the first is tried first.
    package var order: [String: [String]] = [:]
    package var cooldowns = Cooldowns()

    package init() {}

    package static let spec = ObjectSpec<AuthConfig>(
        Field("profiles", \.profiles, .map(.object)).label("Auth Profiles"),
        Field("order", \.order, .map(.list(.text))).label("Auth Profile Order"),
        Field("cooldowns", \.cooldowns, .object).label("Cooldowns"))

    /// `auth.profiles.<id>`: which stored login of a vendor to use; the secret itself is in `auth-profiles.json`.
    package struct Profile: ConfigSection {
        package var provider = ""
        /// `api_key`, `oauth`, `token` or `aws-sdk`; a stored login of another kind is not used.
        package var mode = "api_key"

        package init() {}

        package static let spec = ObjectSpec<Profile>(
            Field("provider", \.provider, .text).required.label("Provider"),
            Field("mode", \.mode, .choice("api_key", "oauth", "token", "aws-sdk")).required.label("Mode"))
    }

    /// `auth.cooldowns`, in hours.
    package struct Cooldowns: ConfigSection {
        package var billingBackoffHours = 5.0
        package var billingBackoffHoursByProvider: [String: Double] = [:]
        package var billingMaxHours = 24.0
        package var failureWindowHours = 24.0

        package init() {}

        package static let spec = ObjectSpec<Cooldowns>(
            Field("billingBackoffHours", \.billingBackoffHours, .hours).label("Billing Backoff (hours)"),
            Field("billingBackoffHoursByProvider", \.billingBackoffHoursByProvider, .map(.hours))
                .label("Billing Backoff By Provider (hours)"),
            Field("billingMaxHours", \.billingMaxHours, .hours).label("Longest Billing Backoff (hours)"),
            Field("failureWindowHours", \.failureWindowHours, .hours).label("Failure Window (hours)"))
    }
}

extension ValueSpec where Value == Double {
    /// Up to a year.
    fileprivate static var hours: Self { .number(0...8784) }
}
