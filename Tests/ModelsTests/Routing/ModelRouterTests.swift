import Core
import Synchronization
import TestSupport
import Testing

@testable import Models

@MainActor
struct ModelRouterTests {
    /// One wished-for outcome of a scripted provider.
    enum Step {
        case answer(String)
        case fail(ModelError)
        /// Shows text, then fails.
        case breakOff(String, ModelError)
    }

    /// Vendors, clock, dice and book of one test.
    final class Scene: CooldownBook, LoginBook {
        var stores: [LoginStore] = []
        var saved: [(id: String, agent: AgentID, json: JSON)] = []
        /// What the vendors give for a refresh token; nil: nobody answers.
        var tokens: [String: Result<LoginTokens, ModelError>] = [:]
        var renewed: [String] = []

        func all() async throws -> [LoginStore] { stores }
        func save(_ profile: JSON, id: String, agent: AgentID) async throws {
            saved.append((id, agent, profile))
        }
        func renew(_ login: StoredCredential) throws(ModelError) -> LoginTokens {
            let token = login.refreshToken?.reveal() ?? ""
            renewed.append(token)
            return try (tokens[token] ?? .failure(.overloaded(retryAfter: nil, message: "no network"))).get()
        }

        var steps: [String: [Step]] = [:]
        var asked: [String] = []
        /// The secret of each question.
        var secrets: [String] = []
        var slept: [Duration] = []
        var now = Timestamp(milliseconds: 1_000_000_000)
        var stored: [Cooldown] = []
        var local: [String] = []

        func all() async throws -> [Cooldown] { stored }
        func save(_ cooldown: Cooldown) async throws {
            stored.removeAll { $0.credential == cooldown.credential && $0.model == cooldown.model }
            stored.append(cooldown)
        }
        func remove(credential: String, model: String?) async throws {
            stored.removeAll { $0.credential == credential && $0.model == model }
        }

        func next(_ name: String) -> Step {
            asked.append(name)
            guard var steps = steps[name], !steps.isEmpty else {
                return .fail(.overloaded(retryAfter: nil, message: "no step"))
            }
            let step = steps.removeFirst()
            self.steps[name] = steps
            return step
        }
    }

    /// The models that the log's lines name.
    final class KeptLines: Log.Sink {
        private let models = Mutex<[String]>([])
        var leastLevel: Log.Level { .warning }
        var all: [String] { models.withLock { $0 } }

        func write(_ line: Log.Line) {
            let model = line.metadata.first { $0.key == "model" }?.value ?? line.message
            models.withLock { $0.append(model) }
        }
    }

    struct Scripted: ModelProvider {
        let scene: Scene
        let credential: Credential

        func respond(
            to request: ModelRequest, emit: @MainActor (ModelEvent) async -> Void
        ) async throws(ModelError) -> AssistantMessage {
            scene.secrets.append(credential.secret.reveal())
            switch scene.next("\(request.model)@\(credential.id)") {
            case .fail(let error): throw error
            case .answer(let text):
                await emit(.began(request.model))
                await emit(.text(text))
                return AssistantMessage(
                    content: [.text(text)], timestamp: scene.now, model: request.model.model)
            case .breakOff(let text, let error):
                await emit(.began(request.model))
                await emit(.text(text))
                throw error
            }
        }
    }

    let scene = Scene()

    func router(
        _ environment: [String: String] = ["ANTHROPIC_API_KEY": "a", "OPENAI_API_KEY": "o"],
        _ settings: ModelSettings = ModelSettings(), log: Log = Log("models", to: SilentSink())
    ) -> ModelRouter {
        var settings = settings
        settings.environment = environment
        let scene = scene
        return ModelRouter(
            settings: settings, book: scene, logins: scene, log: log,
            world: .init(
                now: { scene.now },
                sleep: {
                    scene.slept.append($0); scene.now = scene.now + $0
                }, random: { 0.5 },
                localModels: { scene.local },
                renew: { login throws(ModelError) in try scene.renew(login) }),
            make: { _, credential throws(ModelError) in Scripted(scene: scene, credential: credential) })
    }

    func ask(
        _ router: ModelRouter, _ models: [String] = ["anthropic/a", "openai/o"], avoiding: [String] = []
    ) async -> Result<String, ModelError> {
        let references = models.compactMap { ModelReference($0) }
        let request = ModelRequest(
            model: references[0], fallbacks: Array(references.dropFirst()),
            avoids: Set(avoiding.compactMap { ModelReference($0) }), messages: [.person("hi")])
        do throws(ModelError) {
            return .success(try await router.respond(to: request) { _ in }.text)
        } catch {
            return .failure(error)
        }
    }

    func explanation(_ result: Result<String, ModelError>) -> String {
        switch result {
        case .success(let text): "answered \(text)"
        case .failure(let error): error.explanation
        }
    }

    let a = "anthropic/a@anthropic:env:ANTHROPIC_API_KEY"
    let o = "openai/o@openai:env"

    @Test func `the first model answers, and nobody else is asked`() async {
        scene.steps = [a: [.answer("hello")]]
        #expect(explanation(await ask(router())) == "answered hello")
        #expect(scene.asked == [a])
    }

    @Test(arguments: [
        ModelError.rateLimited(retryAfter: nil, message: "x"), .overloaded(retryAfter: nil, message: "x"),
        .timedOut(message: "x"), .unauthorized(message: "x"),
        .forbidden(message: "x"), .billing(message: "x"),
        .unknownModel(message: "x", nearest: []),
        .rejected(message: "x"),
    ])
    func `before the first event the next model takes over at once`(error: ModelError) async {
        scene.steps = [a: [.fail(error)], o: [.answer("hello")]]
        #expect(explanation(await ask(router())) == "answered hello")
        #expect(scene.asked == [a, o] && scene.slept.isEmpty)
    }

    @Test func `after the first event nobody takes over`() async {
        scene.steps = [
            a: [.breakOff("hel", .interrupted(partial: nil, message: "cut"))], o: [.answer("hello")],
        ]
        #expect(explanation(await ask(router())) == "cut")
        #expect(scene.asked == [a] && scene.stored.isEmpty)
    }

    @Test func `however many streams break off, the model does not rest`() async {
        let cut = Step.breakOff("hel", .interrupted(partial: nil, message: "cut"))
        scene.steps = [a: [cut, cut, cut, .answer("back")]]
        let router = router()
        for _ in 0..<3 { #expect(explanation(await ask(router)) == "cut") }
        #expect(explanation(await ask(router)) == "answered back")
        #expect(router.cooldowns.isEmpty && scene.stored.isEmpty)
        #expect(scene.asked == [a, a, a, a])
    }

    @Test func `a model that a request avoids is asked when no other can answer`() async {
        scene.steps = [
            a: [.answer("first"), .answer("alone")],
            o: [.answer("other"), .fail(.overloaded(retryAfter: nil, message: "x"))],
        ]
        let router = router()
        #expect(explanation(await ask(router, avoiding: ["anthropic/a"])) == "answered other")
        #expect(explanation(await ask(router, avoiding: ["anthropic/a"])) == "answered first")
        #expect(
            explanation(await ask(router, ["anthropic/a"], avoiding: ["anthropic/a"])) == "answered alone")
        #expect(scene.asked == [o, o, a, a])
    }

    @Test func `a model that a key may not use rests alone`() async {
        let b = "anthropic/b@anthropic:env:ANTHROPIC_API_KEY"
        scene.steps = [a: [.fail(.forbidden(message: "x"))], b: [.answer("1"), .answer("2")]]
        let router = router()
        #expect(explanation(await ask(router, ["anthropic/a", "anthropic/b"])) == "answered 1")
        #expect(explanation(await ask(router, ["anthropic/b", "openai/o"])) == "answered 2")
        #expect(scene.asked == [a, b, b])
        #expect(router.cooldowns.map(\.model) == ["anthropic/a"])
    }

    @Test func `who stops the answer stops it for good`() async {
        scene.steps = [a: [.fail(.cancelled)], o: [.answer("hello")]]
        guard case .failure(.cancelled) = await ask(router()) else {
            Issue.record("a fallback answered")
            return
        }
        #expect(scene.asked == [a])
    }

    @Test func `a conversation that is too long is the agent's to shorten`() async {
        scene.steps = [
            a: [
                .fail(.contextTooLong(of: ModelReference(provider: "anthropic", model: "a"), message: "long"))
            ], o: [.answer("hello")],
        ]
        #expect(explanation(await ask(router())) == "long")
    }

    @Test func `a rate-limited model rests, its sibling does not`() async {
        scene.steps = [
            a: [.fail(.rateLimited(retryAfter: nil, message: "x"))], o: [.answer("1"), .answer("2")],
            "anthropic/b@anthropic:env:ANTHROPIC_API_KEY": [.answer("3")],
        ]
        let router = router()
        _ = await ask(router)
        scene.asked = []

        #expect(explanation(await ask(router)) == "answered 2")
        #expect(explanation(await ask(router, ["anthropic/b"])) == "answered 3")
        #expect(scene.asked == [o, "anthropic/b@anthropic:env:ANTHROPIC_API_KEY"])
        #expect(router.cooldowns.map(\.model) == ["anthropic/a"])
    }

    @Test func `after its rest a model is first again, and a success forgets its failures`() async {
        scene.steps = [
            a: [.fail(.overloaded(retryAfter: nil, message: "x")), .answer("back")], o: [.answer("1")],
        ]
        let router = router()
        _ = await ask(router)
        scene.now = scene.now + .seconds(61)

        #expect(explanation(await ask(router)) == "answered back")
        #expect(scene.stored.isEmpty && router.cooldowns.isEmpty)
    }

    @Test func `every credential of a model is tried before another model`() async {
        let first = "google/g@google:env"
        let second = "google/g@google:env:GOOGLE_API_KEY"
        scene.steps = [first: [.fail(.unauthorized(message: "x"))], second: [.answer("hello")]]
        let router = router(["GEMINI_API_KEY": "1", "GOOGLE_API_KEY": "2", "OPENAI_API_KEY": "o"])
        #expect(explanation(await ask(router, ["google/g", "openai/o"])) == "answered hello")
        #expect(scene.asked == [first, second])
        #expect(scene.stored.map(\.credential) == [Credential.restID("google:env", "1")])
        #expect(scene.stored[0].model == nil)
    }

    @Test func `a refused key is not tried on another model, a refused request not with another key`() async {
        let keys = ["GEMINI_API_KEY": "1", "GOOGLE_API_KEY": "2"]
        scene.steps = [
            "google/g@google:env": [.fail(.unauthorized(message: "bad key"))],
            "google/g@google:env:GOOGLE_API_KEY": [.fail(.rejected(message: "bad request"))],
            "google/h@google:env:GOOGLE_API_KEY": [.answer("hello")],
        ]
        #expect(explanation(await ask(router(keys), ["google/g", "google/h"])) == "answered hello")
        #expect(!scene.asked.contains("google/h@google:env"))
    }

    /// https://github.com/openclaw/openclaw/issues/25926
    @Test func `however many fallbacks there are, each is asked`() async {
        let names = (0..<17).map { "openai/m\($0)" }
        for name in names.dropLast() {
            scene.steps["\(name)@openai:env"] = [.fail(.rateLimited(retryAfter: nil, message: "x"))]
        }
        scene.steps["openai/m16@openai:env"] = [.answer("last"), .answer("still")]
        let router = router()
        #expect(explanation(await ask(router, names)) == "answered last")
        #expect(scene.asked.count == 17)
        #expect(explanation(await ask(router, names)) == "answered still")
        #expect(scene.asked.count == 18)
    }

    /// https://github.com/openclaw/openclaw/issues/59260
    @Test func `a model that stays silent hands over to the next`() async {
        scene.steps = [a: [.fail(.timedOut(message: "silent"))], o: [.answer("hello")]]
        #expect(explanation(await ask(router())) == "answered hello")
        #expect(scene.asked == [a, o] && scene.slept.isEmpty)
    }

    @Test func `a key that was changed does not rest for the one before it`() async {
        scene.steps = [a: [.fail(.billing(message: "no credit"))], o: [.answer("1")]]
        _ = await ask(router())
        scene.steps = [a: [.answer("paid")]]
        scene.asked = []

        let again = router(["ANTHROPIC_API_KEY": "another", "OPENAI_API_KEY": "o"])
        await again.load()
        #expect(explanation(await ask(again)) == "answered paid")
        #expect(scene.asked == [a])
    }

    @Test func `what refuses a login may take a key`() async {
        let login = "anthropic/a@anthropic:env"
        scene.steps = [login: [.fail(.rejected(message: "not for you"))], a: [.answer("hello")]]
        let router = router(["ANTHROPIC_OAUTH_TOKEN": "t", "ANTHROPIC_API_KEY": "a"])
        #expect(explanation(await ask(router, ["anthropic/a"])) == "answered hello")
        #expect(scene.asked == [login, a])
    }

    @Test func `the only candidate is asked three times, a little later each time`() async {
        scene.steps = [
            a: [
                .fail(.overloaded(retryAfter: nil, message: "x")), .fail(.timedOut(message: "y")),
                .answer("hello"),
            ]
        ]
        #expect(explanation(await ask(router(), ["anthropic/a"])) == "answered hello")
        #expect(scene.slept == [.seconds(1), .seconds(2)])
    }

    @Test func `a short Retry-After is waited for, a long one is not`() async {
        scene.steps = [a: [.fail(.rateLimited(retryAfter: .seconds(5), message: "x")), .answer("hello")]]
        #expect(explanation(await ask(router(), ["anthropic/a"])) == "answered hello")
        #expect(scene.slept == [.seconds(5)])

        scene.steps = [a: [.fail(.rateLimited(retryAfter: .seconds(600), message: "limited"))]]
        #expect(explanation(await ask(router(), ["anthropic/a"])) == "limited")
        #expect(scene.slept.count == 1)
        #expect(scene.stored.first?.until == scene.now + .seconds(600))
    }

    @Test func `when all rest, the one whose rest ends first is asked all the same`() async {
        scene.stored = [
            Cooldown(
                credential: Credential.restID("anthropic:env:ANTHROPIC_API_KEY", "a"), model: "anthropic/a",
                until: scene.now + .seconds(300), failures: 2, reason: "rate limit"),
            Cooldown(
                credential: Credential.restID("openai:env", "o"), model: nil,
                until: scene.now + .seconds(100), failures: 1, reason: "key not accepted"),
        ]
        scene.steps = [o: [.answer("hello")]]
        let router = router()
        await router.load()
        #expect(explanation(await ask(router)) == "answered hello")
        #expect(scene.asked == [o])
        #expect(scene.stored.map(\.model) == ["anthropic/a"])
    }

    @Test func `when all fail, each is named with its reason`() async {
        scene.stored = [
            Cooldown(
                credential: Credential.restID("google:env", "g"), model: nil,
                until: scene.now + .seconds(7000), failures: 1, reason: "payment needed")
        ]
        scene.steps = [a: [.fail(.billing(message: "no credit"))], o: [.fail(.rejected(message: "bad"))]]
        let router = router(["ANTHROPIC_API_KEY": "a", "OPENAI_API_KEY": "o", "GEMINI_API_KEY": "g"])
        await router.load()
        #expect(
            explanation(await ask(router, ["anthropic/a", "google/g", "openai/o"]))
                == "All models failed (3): google/g: rests for another 1h 56m (payment needed) | anthropic/a: no credit | openai/o: bad"
        )
    }

    @Test func `the only failure is told as it is`() async {
        scene.steps = [a: [.fail(.rejected(message: "bad"))]]
        guard case .failure(.rejected("bad")) = await ask(router(), ["anthropic/a"]) else {
            Issue.record("wrapped")
            return
        }
    }

    @Test func `those without a key are named when all others fail`() async {
        scene.steps = [a: [.fail(.rejected(message: "bad"))]]
        #expect(
            explanation(
                await ask(router(["ANTHROPIC_API_KEY": "a"]), ["nobody/x", "anthropic/a", "openai/o"]))
                == "All models failed (3): anthropic/a: bad | nobody/x: \(MissingKey.unknownProvider("nobody")) | "
                + "openai/o: \(MissingKey.of("openai", others: []))")
    }

    @Test func `the log says once that a model without a key is passed over, until there is another key`()
        async
    {
        let lines = KeptLines()
        let router = router(["OPENAI_API_KEY": "o"], log: Log("models", to: lines))
        scene.steps = [o: Array(repeating: .answer("hello"), count: 3)]
        for _ in 0..<2 { _ = await ask(router, ["anthropic/a", "openai/o"]) }

        #expect(lines.all == ["anthropic/a"])
        router.update(ModelSettings(environment: ["OPENAI_API_KEY": "new"]))
        _ = await ask(router, ["anthropic/a", "openai/o"])
        #expect(lines.all == ["anthropic/a", "anthropic/a"])
    }

    @Test func `a fallback whose provider has no key is passed over`() async {
        scene.steps = [o: [.answer("hello")]]
        #expect(
            explanation(await ask(router(["OPENAI_API_KEY": "o"]), ["anthropic/a", "openai/o"]))
                == "answered hello")
    }

    @Test func `a provider without a key says what to set, and what could be used instead`() async {
        #expect(
            explanation(await ask(router(["OPENAI_API_KEY": "o"]), ["anthropic/a"]))
                == "No key is set for anthropic. Set `ANTHROPIC_API_KEY` (on Fly: `fly secrets set ANTHROPIC_API_KEY=…`) or "
                + "`models.providers.anthropic.apiKey`. Keys are there for openai: to use one, set "
                + "`agents.defaults.model.primary` to `openai/gpt-6.1-sol`.")
    }

    @Test func `without any key the three usual choices are told, and a local model is offered`() async {
        scene.local = ["llama9:8b", "qwen9"]
        let text = explanation(await ask(router([:]), ["anthropic/a"]))
        #expect(text.contains("`ANTHROPIC_API_KEY`, `OPENAI_API_KEY` or `GOOGLE_API_KEY`"))
        #expect(
            text.hasSuffix(
                "it has `ollama/llama9:8b`, `ollama/qwen9`. Set `agents.defaults.model.primary` to `ollama/llama9:8b`."
            ))
    }

    @Test func `a provider nobody knows is named`() async {
        #expect(explanation(await ask(router(), ["nobody/x"])).contains("No provider `nobody` is known."))
    }

    @Test func `the default model follows the keys that are there`() {
        #expect(router([:]).defaultModel == nil)
        #expect(router(["OPENAI_API_KEY": "o"]).defaultModel?.description == "openai/gpt-6.1-sol")
        #expect(
            router(["GOOGLE_API_KEY": "g", "ANTHROPIC_API_KEY": "a"]).defaultModel?.provider == "anthropic")
        #expect(router([:]).model(orDefault: nil).provider == "anthropic")
    }

    @Test func `a provider of one's own with one model is the default too`() {
        let info = ModelInfo(reference: ModelReference(provider: "mine", model: "m"))
        let settings = ModelSettings(providers: [
            "mine": ProviderSettings(baseURL: "http://127.0.0.1:1/v1", models: [info])
        ])
        let router = router([:], settings)
        #expect(router.defaultModel?.description == "mine/m")
        #expect(router.availableModels.map(\.reference.description) == ["mine/m"])
    }

    @Test func `new settings count from the next request on`() async {
        let router = router([:])
        guard case .failure(.notConfigured) = await ask(router, ["openai/o"]) else {
            Issue.record("asked without a key")
            return
        }
        scene.steps = [o: [.answer("hello")]]
        router.update(ModelSettings(environment: ["OPENAI_API_KEY": "o"]))
        #expect(explanation(await ask(router, ["openai/o"])) == "answered hello")
    }

    @Test func `a model that somebody wants now rests no longer, others do`() async {
        scene.steps = [
            a: [.fail(.billing(message: "x")), .answer("paid")],
            o: [.fail(.overloaded(retryAfter: .seconds(600), message: "y"))],
        ]
        let router = router()
        _ = await ask(router)
        #expect(router.cooldowns.count == 2)

        await router.wake(ModelReference(provider: "anthropic", model: "a"))

        #expect(router.cooldowns.map(\.model) == ["openai/o"] && scene.stored.map(\.model) == ["openai/o"])
        #expect(explanation(await ask(router)) == "answered paid")
    }
}
