package import Core
package import Wire

/// Asks the model that was wished for, else its fallbacks, each with every credential there is, and remembers who must
/// rest.
///
/// Another candidate takes over only before an answer's first event; after it the answer fails and keeps what was said.
@MainActor
package final class ModelRouter: ModelProvider {
    /// Builds the provider for one candidate.
    package typealias Maker = @MainActor (ModelReference, Credential) throws(ModelError) -> any ModelProvider

    /// What the router needs of the world besides the vendors; tests bring their own.
    package struct World: Sendable {
        package var now: @MainActor @Sendable () -> Timestamp
        /// For rests, which do not end sooner or later when somebody sets the clock.
        package var steady: @MainActor @Sendable () -> Timestamp
        package var sleep: @MainActor @Sendable (Duration) async throws -> Void
        /// From 0 to 1.
        package var random: @MainActor @Sendable () -> Double
        /// The models of a server on this machine that needs no key.
        package var localModels: @MainActor @Sendable () async -> [String]
        /// Asks a login's vendor for a new secret.
        package var renew: @MainActor @Sendable (StoredCredential) async throws(ModelError) -> LoginTokens

        package init(
            now: (@MainActor @Sendable () -> Timestamp)? = nil,
            sleep: @escaping @MainActor @Sendable (Duration) async throws -> Void = {
                try await Task.sleep(for: $0)
            },
            random: @escaping @MainActor @Sendable () -> Double = { .random(in: 0..<1) },
            localModels: @escaping @MainActor @Sendable () async -> [String] = { [] },
            renew: @escaping @MainActor @Sendable (StoredCredential) async throws(ModelError) -> LoginTokens =
                {
                    login throws(ModelError) in
                    throw .unauthorized(message: "Nobody renews the login `\(login.id)`.")
                }
        ) {
            self.now = now ?? { .now }
            steady = now ?? { .steady }
            self.sleep = sleep
            self.random = random
            self.localModels = localModels
            self.renew = renew
        }
    }

    package private(set) var catalog: ModelCatalog
    private(set) var settings: ModelSettings
    private(set) var source: CredentialSource {
        didSet {
            foundDefault = nil
            credentials = [:]
            passedOver = []
        }
    }
    /// What `source` has for the providers that were asked.
    private var credentials: [String: [Credential]] = [:]
    /// Models without a key that the log has named since `source` is this one.
    private var passedOver: Set<ModelReference> = []
    /// What `defaultModel` found with this `source`: it looks at every provider there is.
    var foundDefault: FoundDefault?
    private var make: Maker
    var rests = RestTable()
    /// What answers for a usual model of ours that its vendor no longer has.
    private var standIns: [ModelReference: ModelReference] = [:]
    private let book: any CooldownBook
    let loginBook: (any LoginBook)?
    /// What the book holds and what was renewed since.
    private(set) var logins: [StoredCredential] = []
    /// What the settings brought from files.
    private var files: [StoredCredential] = []
    var renewals: [String: Task<Result<StoredCredential, ModelError>, Never>] = [:]
    let world: World
    let log: Log
    private let remake: (@MainActor (ModelSettings) -> Maker)?
    private let makeReady: @MainActor () -> Void
    /// Called when logins were read or renewed: `knownSecrets` are others then.
    package var whenLoginsChange: @MainActor () -> Void = {}

    /// Asks the vendors themselves.
    package convenience init(
        settings: ModelSettings, web: WebClient, book: any CooldownBook, logins: any LoginBook, log: Log,
        record: StreamRecorder? = nil
    ) {
        let remake: @MainActor (ModelSettings) -> Maker = { settings in
            let factory = ProviderFactory(web: web, settings: settings, record: record)
            return { reference, credential throws(ModelError) in try factory.provider(reference, credential) }
        }
        let local = LocalModels(web: web)
        let renewal = LoginRenewal(web: web)
        let world = World(
            localModels: { await local.names() },
            renew: { login throws(ModelError) in try await renewal.renew(login, now: .now) })
        self.init(
            settings: settings, book: book, logins: logins, log: log, world: world, make: remake(settings),
            remake: remake, makeReady: { web.prepare() })
    }

    package init(
        settings: ModelSettings, book: any CooldownBook, logins: (any LoginBook)? = nil, log: Log,
        world: World,
        make: @escaping Maker,
        remake: (@MainActor (ModelSettings) -> Maker)? = nil,
        makeReady: @escaping @MainActor () -> Void = {}
    ) {
        self.settings = settings
        self.book = book
        loginBook = logins
        self.log = log
        self.world = world
        self.make = make
        self.remake = remake
        self.makeReady = makeReady
        files = settings.profiles
        catalog = ModelCatalog(settings: settings)
        source = CredentialSource(settings: settings)
    }

    /// Reads the rests and the logins that outlived a restart.
    ///
    /// Call it once, before the first request, and after the import of another state directory.
    package func load() async {
        do {
            rests = RestTable(try await book.all())
        } catch {
            log.warning("Cooldowns could not be read; starting without any.", ["error": "\(error)"])
        }
        do {
            let stores = try await loginBook?.all() ?? []
            let (own, others) = (
                stores.filter { $0.agent == settings.defaultAgent },
                stores.filter { $0.agent != settings.defaultAgent }
            )
            take(
                logins: (own + others).flatMap {
                    StoredCredential.profiles($0, environment: settings.environment)
                })
        } catch {
            log.warning("Stored logins could not be read.", ["error": "\(error)"])
        }
    }

    /// Takes new settings; requests under way keep the old ones.
    package func update(_ settings: ModelSettings) {
        var settings = settings
        files = settings.profiles
        settings.profiles = StoredCredential.merged(logins + files)
        self.settings = settings
        catalog = ModelCatalog(settings: settings)
        source = CredentialSource(settings: settings)
        standIns = [:]
        if let remake { make = remake(settings) }
    }

    func take(logins: [StoredCredential]) {
        self.logins = logins
        settings.profiles = StoredCredential.merged(logins + files)
        source = CredentialSource(settings: settings)
        if let remake { make = remake(settings) }
        whenLoginsChange()
    }

    package func prepare() { makeReady() }

    package func respond(
        to request: ModelRequest, emit: @MainActor (ModelEvent) async -> Void
    ) async throws(ModelError) -> AssistantMessage {
        let (candidates, missing) = try await candidates(for: request)
        for model in missing { pass(over: model) }
        var trial = Trial()
        for candidate in inOrder(candidates, &trial) where !trial.isOver(candidate) {
            let hasOther = candidates.contains { other in
                other.place > candidate.place && rest(of: other) == nil && !trial.isOver(other)
            }
            do throws(ModelError) {
                return try await askOrStandIn(candidate, request, hasOther: hasOther, emit: emit)
            } catch {
                try await learn(error, from: candidate, &trial)
            }
        }
        throw trial.failure(besides: missing)
    }
}

extension ModelRouter {
    /// A default, or that there is none.
    struct FoundDefault {
        var model: ModelReference?
    }
}

// MARK: Candidates

extension ModelRouter {
    /// One model with one credential.
    struct Candidate {
        var place: Int
        var model: ModelReference
        var credential: Credential
    }

    /// Those that can be asked, and the models that nobody has a key for.
    private func candidates(
        for request: ModelRequest
    ) async throws(ModelError) -> (found: [Candidate], missing: [ModelReference]) {
        var found: [Candidate] = []
        var missing: [ModelReference] = []
        var seen: Set<ModelReference> = []
        let wished = ([request.model] + request.fallbacks).map { standIns[$0] ?? $0 }
        let (avoided, others) = (
            wished.filter { request.avoids.contains($0) }, wished.filter { !request.avoids.contains($0) }
        )
        for model in others + avoided where seen.insert(model).inserted {
            let credentials = credentials(for: model.provider)
            if credentials.isEmpty { missing.append(model) }
            for credential in credentials {
                found.append(Candidate(place: found.count, model: model, credential: credential))
            }
        }
        guard found.isEmpty else { return (found, missing) }
        throw .notConfigured(message: await missingKey(for: request.model))
    }

    /// Says once that only others can answer.
    private func pass(over model: ModelReference) {
        if passedOver.count >= Self.mostPassedOver { passedOver = [] }
        guard passedOver.insert(model).inserted else { return }
        log.warning(
            "A model cannot be asked and is passed over.",
            ["model": model.description, "reason": MissingKey.of(model.provider, others: [])])
    }

    /// People use a handful of models.
    private static let mostPassedOver = 64

    private func credentials(for provider: String) -> [Credential] {
        if let known = credentials[provider] { return known }
        let found = source.credentials(for: provider)
        credentials[provider] = found
        return found
    }

    private func missingKey(for model: ModelReference) async -> String {
        let others = source.configuredProviders.compactMap { defaultModel(of: $0) }
        if !others.isEmpty
            || KnownProvider.named(model.provider) == nil && settings.providers[model.provider] == nil
        {
            return MissingKey.of(model.provider, others: others)
        }
        return MissingKey.ofAll(localModels: await world.localModels())
    }

    private func rest(of candidate: Candidate) -> Cooldown? {
        rests.rest(of: candidate.credential.restID, candidate.model, at: world.steady())
    }

    /// Those that may be asked now.
    ///
    /// When all rest, the one whose rest ends first is tried all the same.
    private func inOrder(_ candidates: [Candidate], _ trial: inout Trial) -> [Candidate] {
        let resting = candidates.compactMap { candidate in rest(of: candidate).map { (candidate, $0) } }
        let places = Set(resting.map(\.0.place))
        let ready = candidates.filter { !places.contains($0.place) }
        let probe = ready.isEmpty ? resting.min { $0.1.until < $1.1.until }?.0 : nil
        for (candidate, rest) in resting where candidate.place != probe?.place {
            trial.skip(candidate, rest, at: world.steady())
        }
        return ready + (probe.map { [$0] } ?? [])
    }
}

// MARK: One candidate

extension ModelRouter {
    /// Further attempts at the same candidate when nobody else can take over.
    private static let maxRetries = 2
    /// A longer `Retry-After` is not waited for.
    private static let longestWait: Duration = .seconds(20)

    /// Nobody chose a usual model of ours, so when its vendor does not have it, the nearest it has answers.
    private func askOrStandIn(
        _ candidate: Candidate, _ request: ModelRequest, hasOther: Bool,
        emit: @MainActor (ModelEvent) async -> Void
    ) async throws(ModelError) -> AssistantMessage {
        do throws(ModelError) {
            return try await ask(candidate, request, hasOther: hasOther, emit: emit)
        } catch .unknownModel(let message, let nearest) {
            let missing = candidate.model
            guard let id = nearest.first, KnownProvider.named(missing.provider)?.defaultModel == missing.model
            else { throw .unknownModel(message: message, nearest: nearest) }
            var standIn = candidate
            standIn.model.model = id
            standIns[missing] = standIn.model
            log.warning(
                "The usual model of \(missing.provider) is not there; another answers. Choose one with "
                    + "`agents.defaults.model.primary`.",
                ["model": missing.description, "instead": standIn.model.description])
            return try await ask(standIn, request, hasOther: hasOther, emit: emit)
        }
    }

    private func ask(
        _ candidate: Candidate, _ request: ModelRequest, hasOther: Bool,
        emit: @MainActor (ModelEvent) async -> Void
    ) async throws(ModelError) -> AssistantMessage {
        var credential = try await usable(candidate.credential)
        var wasRenewed = credential.secret.reveal() != candidate.credential.secret.reveal()
        var request = request
        request.model = candidate.model
        var retries = 0
        while true {
            do throws(ModelError) {
                let provider = try make(candidate.model, credential)
                let message = try await provider.respond(to: request, emit: emit)
                await wake(candidate.credential, candidate.model)
                return message
            } catch {
                if error.mayEndWithRenewal, !wasRenewed,
                    let renewed = try await renewedAfterRefusal(credential)
                {
                    credential = renewed
                    wasRenewed = true
                    continue
                }
                guard !hasOther, retries < Self.maxRetries, let delay = delay(before: retries, error) else {
                    throw error
                }
                retries += 1
                log.info(
                    "The model is asked again.",
                    ["model": candidate.model.description, "after": delay.text, "reason": error.explanation])
                try await pause(delay)
            }
        }
    }

    /// About one second, then two, or what the server asks for; nil when asking again would not help.
    private func delay(before retry: Int, _ error: ModelError) -> Duration? {
        let jittered = Duration.seconds(Double(1 << retry) * (0.5 + world.random()))
        switch error {
        case .rateLimited(let asked?, _): return asked <= Self.longestWait ? max(asked, jittered) : nil
        case .overloaded(let asked, _):
            guard let asked else { return jittered }
            return asked <= Self.longestWait ? max(asked, jittered) : nil
        case .timedOut: return jittered
        default: return nil
        }
    }

    private func pause(_ delay: Duration) async throws(ModelError) {
        do {
            try await world.sleep(delay)
        } catch {
            throw .cancelled
        }
    }

    func wake(_ credential: Credential, _ model: ModelReference) async {
        for cooldown in rests.wake(credential.restID, model) { await forget(cooldown) }
    }

    /// Decides whether the next candidate is tried: rethrows what ends the request.
    private func learn(_ error: ModelError, from candidate: Candidate, _ trial: inout Trial)
        async throws(ModelError)
    {
        switch error {
        case .cancelled, .interrupted, .contextTooLong, .exhausted: throw error
        case .rateLimited(let retryAfter, _): await rest(candidate, .rateLimit(retryAfter: retryAfter))
        case .overloaded, .timedOut: await rest(candidate, .overload)
        case .unauthorized: await rest(candidate, .authentication)
        case .forbidden: await rest(candidate, .permission)
        case .billing: await rest(candidate, .billing)
        case .unknownModel, .rejected, .notConfigured: break
        }
        trial.fail(candidate, error)
        log.warning(
            "A model could not answer.",
            [
                "model": candidate.model.description, "credential": candidate.credential.id,
                "reason": error.explanation,
            ])
    }

    private func rest(_ candidate: Candidate, _ reason: RestTable.Reason) async {
        let cooldown = rests.fail(
            candidate.credential, candidate.model, reason, rules: settings.cooldowns, at: world.steady())
        do {
            try await book.save(cooldown)
        } catch {
            log.warning("A cooldown could not be stored.", ["error": "\(error)"])
        }
    }

    private func forget(_ cooldown: Cooldown) async {
        do {
            try await book.remove(credential: cooldown.credential, model: cooldown.model)
        } catch {
            log.warning("A cooldown could not be removed.", ["error": "\(error)"])
        }
    }
}
