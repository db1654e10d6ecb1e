/// The environment's word on proxies: `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, in small letters first.
package struct ProxyVariables: Sendable {
    private let byScheme: [String: String]
    private let others: String?
    /// Hosts, domains and networks that are asked directly, as curl reads them.
    let exceptions: String

    /// Empty variables count as missing.
    package init(_ environment: [String: String] = [:]) {
        func value(_ name: String) -> String? {
            [name.lowercased(), name].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        }
        byScheme = ["http": "HTTP_PROXY", "https": "HTTPS_PROXY"].compactMapValues(value)
        others = value("ALL_PROXY")
        exceptions = value("NO_PROXY") ?? ""
    }

    /// The proxy that a request takes, `""` for none, and who is asked without it.
    func proxy(of request: WebRequest) -> (address: String, exceptions: String) {
        if let own = request.proxy { return (own, "") }
        // Exceptions are mostly what is inside.
        return (
            request.isForLoopback ? "" : proxy(for: request.url), request.isInternetOnly ? "" : exceptions
        )
    }

    /// The proxy for an address, `""` for none.
    func proxy(for url: String) -> String { byScheme[url.prefix { $0 != ":" }.lowercased()] ?? others ?? "" }
}
