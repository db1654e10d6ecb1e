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

    /// The proxy for an address, `""` for none.
    func proxy(for url: String) -> String { byScheme[url.prefix { $0 != ":" }.lowercased()] ?? others ?? "" }
}
