package import Core

/// A login that was stored by `auth-profiles.json` or its successor and that holds a secret.
package struct StoredCredential: Sendable {
    package var id: String
    package var provider: String
    package var kind: Credential.Kind
    /// Empty when only `refreshToken` is known.
    package var secret: Secret
    /// When `secret` ends; nil: never.
    package var expires: Timestamp?
    /// What a new secret is asked for with.
    package var refreshToken: Secret?
    /// Whose login it is.
    package var agent: AgentID
    /// The entry as it was stored, so that writing it back loses nothing.
    var json: JSON

    package init(
        id: String, provider: String, kind: Credential.Kind, secret: Secret, expires: Timestamp? = nil,
        refreshToken: Secret? = nil, agent: AgentID = .main, json: JSON = [:]
    ) {
        self.id = id
        self.provider = provider
        self.kind = kind
        self.secret = secret
        self.expires = expires
        self.refreshToken = refreshToken
        self.agent = agent
        self.json = json
    }

    /// A login at ChatGPT: its server is not that of OpenAI's keys.
    var isChatGPT: Bool {
        provider == ChatGPTAccount.service
            || provider == "openai" && json["type"]?.stringValue == "oauth"
    }

    /// Whether the models of `asked` can be asked with it: ChatGPT logins stand under either of two names.
    func serves(_ asked: String) -> Bool {
        provider == asked || isChatGPT && ChatGPTAccount.providers.contains(asked)
    }

    /// An entry of `profiles`; nil without a secret.
    ///
    /// A secret may be named instead of written: `keyRef: {source: env, id: NAME}`.
    init?(id: String, json: JSON, agent: AgentID, environment: [String: String]) {
        func secret(_ names: String...) -> Secret? {
            names.lazy.compactMap { name -> String? in
                if let text = json[name]?.stringValue?.trimmed, !text.isEmpty { return String(text) }
                let reference = json[name + "Ref"]
                guard reference?["source"]?.stringValue == "env" else { return nil }
                return reference?["id"]?.stringValue.flatMap { environment[$0] }.map { String($0.trimmed) }
            }.first { !$0.isEmpty }.map { Secret($0) }
        }
        let provider = json["provider"]?.stringValue ?? id.split(separator: ":").first.map(String.init)
        let isKey = json["type"]?.stringValue == "api_key"
        let refresh = isKey ? nil : secret("refresh")
        let main = isKey ? secret("key", "apiKey") : secret("access", "token", "key")
        guard let provider, main != nil || refresh != nil else { return nil }
        self.init(
            id: id, provider: provider, kind: isKey ? .apiKey : .token, secret: main ?? Secret(""),
            refreshToken: refresh, agent: agent, json: json)
        if !isKey, let time = json["expires"]?.intValue, time > 0 {
            expires = Timestamp(milliseconds: Int64(time))
        }
        if main == nil { expires = Timestamp(milliseconds: 0) }
    }

    /// The usable entries of an agent's store, in its order.
    package static func profiles(_ store: LoginStore, environment: [String: String] = [:])
        -> [StoredCredential]
    {
        (store.json["profiles"]?.objectValue ?? [:]).compactMap { id, entry in
            StoredCredential(id: id, json: entry, agent: store.agent, environment: environment)
        }
    }

    /// One of each id, the one that lasts longest; of equals the first.
    static func merged(_ profiles: [StoredCredential]) -> [StoredCredential] {
        var places: [String: Int] = [:]
        var merged: [StoredCredential] = []
        for profile in profiles {
            guard let place = places[profile.id] else {
                places[profile.id] = merged.count
                merged.append(profile)
                continue
            }
            if let expires = merged[place].expires, expires < profile.expires ?? .init(milliseconds: .max) {
                merged[place] = profile
            }
        }
        return merged
    }

    /// The entry with a new secret.
    func renewed(_ tokens: LoginTokens) -> StoredCredential {
        var login = self
        login.secret = tokens.access
        login.refreshToken = tokens.refresh ?? refreshToken
        login.expires = tokens.expires
        var object = json.objectValue ?? [:]
        object["type"] = "oauth"
        object["provider"] = .string(provider)
        object["access"] = .string(tokens.access.reveal())
        object["refresh"] = login.refreshToken.map { .string($0.reveal()) }
        object["expires"] = tokens.expires.json
        login.json = .object(object)
        return login
    }
}
