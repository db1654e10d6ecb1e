/// `secrets`: where `{source, provider, id}` in place of a secret leads.
package struct SecretsConfig: ConfigSection {
    package var providers: [String: Provider] = [:]
    package var defaults = Defaults()

    /// A place that holds secrets.
    package struct Provider: ConfigSection {
        package var source = "env"
        /// Of a file: the file, also with `~`.
        package var path: String?
        /// Of a file: `json`, in which an id is a way, or `singleValue`.
        package var mode = "json"
        package var maxBytes = 1 << 20
        /// Of the environment: the variables that may be referred to; nil: all.
        package var allowlist: [String]?

        package init() {}

        package static let spec = ObjectSpec<Provider>(
            Field("source", \.source, .choice("env", "file", "exec", "store")).required,
            Field("path", \.path, .text), Field("mode", \.mode, .choice("json", "singleValue")),
            Field("maxBytes", \.maxBytes, .integer(1...20 << 20)),
            Field("allowlist", \.allowlist, .list(.text)))
    }

    /// The provider that is meant where none is named.
    package struct Defaults: ConfigSection {
        package var env = "default"
        package var file = "default"

        package init() {}

        package static let spec = ObjectSpec<Defaults>(
            Field("env", \.env, .text), Field("file", \.file, .text))
    }

    package init() {}

    package static let spec = ObjectSpec<SecretsConfig>(
        Field("providers", \.providers, .map(.object)), Field("defaults", \.defaults, .object))
}
