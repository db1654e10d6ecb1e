import Core
import Testing

/// `{source, provider, id}` in place of a secret.
struct SecretReferencesTests {
    private static let file =
        "{providers: {main: {source: 'file', path: '/run/secrets.json'}}, defaults: {file: 'main'}}"

    private func key(
        _ reference: String, secrets: String = SecretReferencesTests.file, files: [String: String] = [:],
        environment: [String: String] = [:]
    ) -> LoadedConfig {
        LoadedConfig.sample(
            "{secrets: \(secrets), models: {providers: {x: {apiKey: \(reference)}}}}", files: files,
            environment: environment)
    }

    private func value(_ loaded: LoadedConfig) -> String? {
        loaded.config.models.providers["x"]?.apiKey?.reveal()
    }

    @Test(arguments: ["{source: 'env', provider: 'default', id: 'KEY'}", "{source: 'env', id: 'KEY'}"])
    func `a variable is read, and the reference stays as it is written`(reference: String) {
        let loaded = key(reference, environment: ["KEY": " k\n"])

        #expect(value(loaded) == "k")
        #expect(loaded.config.raw["models"]?["providers"]?["x"]?["apiKey"]?["id"] == "KEY")
        #expect(loaded.isValid && loaded.config.secrets.failures == [])
    }

    @Test(arguments: [
        ("/apiKey", "{\"apiKey\": \"k\"}"), ("/providers/0/key", "{\"providers\": [{\"key\": \"k\"}]}"),
        ("/a~1b/c~0d", "{\"a/b\": {\"c~d\": \"k\"}}"),
    ])
    func `a text in a file of secrets is found by its way`(pointer: String, content: String) {
        let loaded = key("{source: 'file', id: '\(pointer)'}", files: ["/run/secrets.json": content])

        #expect(value(loaded) == "k")
        #expect(loaded.config.secrets.files == ["/run/secrets.json"])
    }

    @Test func `a file may be one secret, in the home directory too`() {
        let secrets = "{providers: {token: {source: 'file', path: '~/token', mode: 'singleValue'}}}"
        let reference = "{source: 'file', provider: 'token', id: 'value'}"

        #expect(
            value(key(reference, secrets: secrets, files: ["/me/token": "k\n"], environment: ["HOME": "/me"]))
                == "k")
        #expect(
            key(reference, secrets: secrets, files: ["/me/token": "\n"], environment: ["HOME": "/me"])
                .config.secrets.failures.first?.message.contains("is empty") == true)
    }

    @Test(arguments: [
        (
            "{source: 'env', id: 'KEY'}", "{}",
            "the environment variable `KEY` is not set; set it, or write it into `.env`"
        ),
        (
            "{source: 'env', provider: 'few', id: 'KEY'}",
            "{providers: {few: {source: 'env', allowlist: ['OTHER']}}}",
            "`secrets.providers.few.allowlist` does not have `KEY`; add it there"
        ),
        (
            "{source: 'file', provider: 'none', id: '/x'}", "{}",
            "there is no `secrets.providers.none`; declare it as `{source: \"file\", path:"
        ),
        (
            "{source: 'env', provider: 'main', id: 'KEY'}", file,
            "`secrets.providers.main` is of source `file`, and the reference says `env`"
        ),
        (
            "{source: 'file', id: '/x'}", file,
            "the file `/run/secrets.json` of `secrets.providers.main` cannot be read: no such file"
        ),
        (
            "{source: 'file', id: '/x'}", "{providers: {default: {source: 'file'}}}",
            "`secrets.providers.default` names no file; set its `path`"
        ),
        (
            "{source: 'exec', provider: 'vault', id: 'x'}", "{}",
            "secrets from `exec` are not read by this gateway; refer to a variable"
        ),
    ])
    func `a dead end says what mends it, with its key and place`(
        reference: String, secrets: String, said: String
    ) throws {
        let loaded = key(reference, secrets: secrets)

        let failure = try #require(loaded.config.secrets.failures.first)
        #expect(failure.message.hasPrefix(said), "\(failure.message)")
        #expect(failure.description.contains("models.providers.x.apiKey: "))
        #expect(failure.position?.line == 1)
        #expect(value(loaded) == nil && loaded.isValid)
    }

    @Test(arguments: ["{\"x\": 7}", "{\"x\": \"\"}", "{\"y\": \"k\"}", "no JSON", "[]"])
    func `a file without a text there is told without its content`(content: String) throws {
        let loaded = key("{source: 'file', id: '/x'}", files: ["/run/secrets.json": content])

        let failure = try #require(loaded.config.secrets.failures.first)
        #expect(
            failure.message == "the file `/run/secrets.json` has no text at `/x`; write one there, as JSON")
    }

    @Test func `a file that is larger than was said is no secret`() {
        let secrets = "{providers: {default: {source: 'file', path: '/big', maxBytes: 4}}}"
        let loaded = key("{source: 'file', id: '/x'}", secrets: secrets, files: ["/big": "{\"x\": \"k\"}"])

        #expect(loaded.config.secrets.failures.map(\.message) == ["the file `/big` has more than 4 bytes"])
    }

    @Test func `on Fly the command is named`() {
        let loaded = key("{source: 'env', id: 'KEY'}", environment: ["FLY_APP_NAME": "my-app"])

        #expect(
            loaded.config.secrets.failures.map(\.message) == [
                "the environment variable `KEY` is not set; set it: `fly secrets set KEY=… -a my-app`"
            ])
    }

    @Test func `who may come in is not decided without the secret that was meant`() {
        let text = "{gateway: {auth: {token: {source: 'env', id: 'KEY'}}}}"

        let loaded = LoadedConfig.sample(text)

        #expect(!loaded.isValid && loaded.failsClosed)
        #expect(loaded.issues.map(\.path.description) == ["gateway.auth.token"])
        #expect(LoadedConfig.sample(text, environment: ["OPENCLAW_GATEWAY_TOKEN": "t"]).isValid)
    }

    @Test func `what is switched off is not asked for its secret`() {
        let reference = "{source: 'env', id: 'KEY'}"
        let loaded = LoadedConfig.sample(
            "{channels: {discord: {enabled: false, token: \(reference)}, "
                + "telegram: {accounts: {a: {enabled: false, botToken: \(reference)}, b: {botToken: \(reference)}}}}}"
        )

        #expect(
            loaded.config.secrets.failures.map(\.path.description) == [
                "channels.telegram.accounts.b.botToken"
            ])
    }

    @Test func `a channel gets the secret itself`() {
        let loaded = LoadedConfig.sample(
            "{channels: {discord: {token: {source: 'env', id: 'KEY'}}}}", environment: ["KEY": "k"])

        #expect(loaded.config.channels["discord"]?["token"] == "k")
    }

    @Test func `another secret behind the same reference is a change of its key`() {
        func secrets(_ value: String) -> SecretReferences {
            key("{source: 'env', id: 'KEY'}", environment: ["KEY": value]).config.secrets
        }

        #expect(secrets("a").paths(thatDifferFrom: secrets("a")) == [])
        #expect(
            secrets("a").paths(thatDifferFrom: secrets("b")).map(\.description) == [
                "models.providers.x.apiKey"
            ])
    }
}
