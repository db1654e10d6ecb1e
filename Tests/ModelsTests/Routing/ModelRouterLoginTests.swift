import Core
import Testing

@testable import Models

/// Logins that end, over the scene of the router's tests.
extension ModelRouterTests {
    /// A login at Anthropic that ends `seconds` after the scene's time.
    private func login(endsIn seconds: Int64, refresh: String? = "r1", provider: String = "anthropic")
        -> LoginStore
    {
        var profile: JSONObject = [
            "type": "oauth", "provider": .string(provider), "access": "old", "email": "me@example.com",
            "expires": (scene.now + .seconds(seconds)).json,
        ]
        profile["refresh"] = refresh.map { .string($0) }
        return LoginStore(agent: "work", json: ["profiles": ["\(provider):me": .object(profile)]])
    }

    private func tokens(_ access: String, refresh: String? = "r2") -> LoginTokens {
        LoginTokens(
            access: Secret(access), refresh: refresh.map { Secret($0) }, expires: scene.now + .seconds(3600))
    }

    private func loaded(_ store: LoginStore) async -> ModelRouter {
        scene.stores = [store]
        let router = router([:])
        await router.load()
        return router
    }

    private var me: String { "anthropic/a@anthropic:me" }

    @Test func `a login that lasts is used as it is`() async {
        scene.steps = [me: [.answer("hello")]]
        let router = await loaded(login(endsIn: 3600))
        #expect(explanation(await ask(router, ["anthropic/a"])) == "answered hello")
        #expect(scene.renewed.isEmpty && scene.secrets == ["old"])
        #expect(router.configuredProviders == ["anthropic"])
    }

    @Test func `a login about to end is renewed once and stored, with what else was in its entry`()
        async throws
    {
        scene.steps = [me: [.answer("hello"), .answer("again")]]
        scene.tokens = ["r1": .success(tokens("new"))]
        let router = await loaded(login(endsIn: 200))

        #expect(explanation(await ask(router, ["anthropic/a"])) == "answered hello")
        #expect(explanation(await ask(router, ["anthropic/a"])) == "answered again")

        #expect(scene.renewed == ["r1"] && scene.secrets == ["new", "new"])
        let saved = try #require(scene.saved.first)
        #expect(saved.id == "anthropic:me" && saved.agent == "work" && scene.saved.count == 1)
        #expect(
            saved.json == [
                "type": "oauth", "provider": "anthropic", "access": "new", "email": "me@example.com",
                "expires": (scene.now + .seconds(3600)).json, "refresh": "r2",
            ])
    }

    @Test(arguments: [ModelError.unauthorized(message: "revoked"), .forbidden(message: "revoked")])
    func `a login that the vendor refuses is renewed, once for each question`(refusal: ModelError) async {
        scene.steps = [me: [.fail(refusal), .answer("hello")]]
        scene.tokens = ["r1": .success(tokens("new")), "r2": .success(tokens("newer"))]
        let router = await loaded(login(endsIn: 3600))
        #expect(explanation(await ask(router, ["anthropic/a"])) == "answered hello")
        #expect(scene.renewed == ["r1"] && scene.secrets == ["old", "new"])
        #expect(scene.stored.isEmpty, "nothing rests")

        scene.steps = [
            me: [.fail(.unauthorized(message: "revoked")), .fail(.unauthorized(message: "banned"))]
        ]
        #expect(explanation(await ask(router, ["anthropic/a"])) == "banned")
        #expect(scene.renewed == ["r1", "r2"])
    }

    @Test func `without network an old secret serves to its end`() async {
        scene.steps = [me: [.answer("hello")]]
        let router = await loaded(login(endsIn: 100))
        #expect(explanation(await ask(router, ["anthropic/a"])) == "answered hello")
        #expect(scene.secrets == ["old"])
    }

    @Test func `a login that is not taken any more is named, with what to do and without its secrets`() async
    {
        scene.tokens = ["refresh-1": .failure(.unauthorized(message: "invalid_grant for refresh-1"))]
        let ended = login(endsIn: -5, refresh: "refresh-1")
        let said = explanation(await ask(await loaded(ended), ["anthropic/a"]))
        #expect(
            said
                == "The login `anthropic:me` could not be renewed: invalid_grant for ***. Log in again at anthropic, "
                + "or set `ANTHROPIC_API_KEY`.")
        #expect(scene.asked.isEmpty)
    }

    @Test(arguments: [("anthropic", nil), ("groq", "r1")] as [(String, String?)])
    func `an ended login that nobody can renew is named with its day`(provider: String, refresh: String?)
        async
    {
        let router = await loaded(login(endsIn: -5, refresh: refresh, provider: provider))
        let said = explanation(await ask(router, ["\(provider)/a"]))
        #expect(
            said
                == "The login `\(provider):me` ended on 1970-01-12 and cannot be renewed here. Log in again at "
                + "\(provider), or set `\(provider.uppercased())_API_KEY`.")
    }

    @Test func `a config that is read again keeps renewed logins`() async {
        scene.steps = [me: [.answer("hello"), .answer("again")]]
        scene.tokens = ["r1": .success(tokens("new"))]
        let router = await loaded(login(endsIn: -5))
        _ = await ask(router, ["anthropic/a"])
        router.update(ModelSettings())
        #expect(explanation(await ask(router, ["anthropic/a"])) == "answered again")
        #expect(scene.renewed == ["r1"])
    }

    // MARK: Usual models

    @Test func `when our usual model is not there the nearest answers, and is asked first from then on`()
        async
    {
        let key = ["ANTHROPIC_API_KEY": "a"]
        let usual = "anthropic/claude-opus-5-5"
        let missing = "\(usual)@anthropic:env:ANTHROPIC_API_KEY"
        let other = "anthropic/claude-opus-5@anthropic:env:ANTHROPIC_API_KEY"
        scene.steps = [
            missing: [.fail(.unknownModel(message: "gone", nearest: ["claude-opus-5", "claude-opus-4-8"]))],
            other: [.answer("hello"), .answer("again")],
        ]
        let router = router(key)
        #expect(explanation(await ask(router, [usual])) == "answered hello")
        #expect(explanation(await ask(router, [usual])) == "answered again")
        #expect(scene.asked == [missing, other, other])
    }

    @Test func `a model that somebody chose is not replaced`() async {
        let chosen = "anthropic/claude-mine@anthropic:env:ANTHROPIC_API_KEY"
        scene.steps = [chosen: [.fail(.unknownModel(message: "gone", nearest: ["claude-opus-5"]))]]
        let said = explanation(await ask(router(["ANTHROPIC_API_KEY": "a"]), ["anthropic/claude-mine"]))
        #expect(said == "gone")
    }
}
