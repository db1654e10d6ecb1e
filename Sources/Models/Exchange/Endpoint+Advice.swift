import Core
import Wire

/// What a person can do when a model cannot be asked, with the setting's name.
extension Endpoint {
    private var provider: String { reference.provider }

    /// A login of a Claude subscription, at Anthropic itself.
    var isSubscription: Bool {
        credential.kind == .token && provider == "anthropic" && addressSetting == nil
    }

    /// For a credential that was refused.
    var credentialAdvice: String {
        if isSubscription {
            return "Anthropic takes the login of a Claude subscription from its own programs, and may refuse "
                + "others: set `ANTHROPIC_API_KEY` instead."
        }
        let variable = KnownProvider.named(provider)?.keyVariables.last?.name
        if credential.kind == .token {
            return "Log in at \(provider) again" + (variable.map { ", or set `\($0)`." } ?? ".")
        }
        return "Check " + (variable.map { "`\($0)` or " } ?? "") + "`models.providers.\(provider).apiKey`."
    }

    /// For an account that must pay first.
    var billingAdvice: String {
        let page = KnownProvider.named(provider)?.billingPage ?? KnownProvider.serving(baseURL)?.billingPage
        let place = page.map { "at \($0)" } ?? "on the provider's billing page"
        return "Add credit \(place), or choose another model with `/model`."
    }

    /// For a server that sends the request elsewhere: a key goes to no address that nobody has set.
    func redirectAdvice(to place: String) -> String {
        // What follows the path may be somebody's secret.
        let shown = place.prefix { $0 != "?" && $0 != "#" }
        let setting = addressSetting ?? "models.providers.\(provider).baseUrl"
        return
            "It sends requests on to `\(shown)`, where they are not sent by themselves. Check `\(setting)`."
    }

    /// For an address that does not answer, or answers that there is nothing.
    var addressAdvice: String {
        let address = "(`\(mask.apply(to: baseURL))`)"
        if let addressSetting { return "Check `\(addressSetting)` \(address)." }
        let setting = "`models.providers.\(provider).baseUrl`"
        guard KnownProvider.named(provider)?.needsKey == false else {
            return "Check this machine's network and proxy, or set another address in \(setting)."
        }
        return "Is the server running? Start it, or set its address in \(setting) \(address)."
    }
}

extension ModelError {
    /// No answer, or none to its end: what to do next is told by which limit passed or what broke.
    init(_ error: WebError, _ endpoint: Endpoint) {
        let text = endpoint.mask.apply(to: error.message)
        let model = "`\(endpoint.reference)`"
        switch error {
        case .cancelled: self = .cancelled
        case .timedOut: self = .timedOut(message: "\(model): \(text)")
        case .unreachable:
            let end = text.hasSuffix(".") ? " " : ". "
            self = .overloaded(
                retryAfter: nil,
                message: "\(model) could not be reached: \(text)\(end)\(endpoint.addressAdvice)")
        case .interrupted:
            self = .overloaded(retryAfter: nil, message: "The connection to \(model) broke off: \(text)")
        case .invalidRequest where !endpoint.credential.isOneLine:
            self = .unauthorized(
                message:
                    "\(model) was not asked: the key has a line break or another sign that no key has. \(endpoint.credentialAdvice)"
            )
        case .invalidRequest:
            self = .rejected(message: "\(model): \(text) \(endpoint.addressAdvice)")
        case .tooLarge, .unavailable: self = .rejected(message: "\(model): \(text)")
        }
    }
}
