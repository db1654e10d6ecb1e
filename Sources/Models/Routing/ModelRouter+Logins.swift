import Core

extension ModelRouter {
    /// A login is renewed this long before its end, so that it does not end within an answer.
    private static let renewedBefore: Duration = .seconds(300)

    /// The credential with a secret that is good now.
    ///
    /// Throws `.unauthorized` for a login that has ended and cannot be renewed.
    func usable(_ credential: Credential) async throws(ModelError) -> Credential {
        guard let login = login(credential), let expires = login.expires else { return credential }
        let left = expires - world.now()
        guard left <= Self.renewedBefore else { return credential }
        if canBeRenewed(login) {
            do throws(ModelError) {
                return try await renewed(credential, login)
            } catch {
                guard case .overloaded = error, left > .zero else { throw error }
                return credential
            }
        }
        guard left <= .zero else { return credential }
        throw .unauthorized(message: Self.ended(login))
    }

    /// The credential with a new secret, after the vendor has refused the old one; nil when it cannot have one.
    func renewedAfterRefusal(_ credential: Credential) async throws(ModelError) -> Credential? {
        guard let login = login(credential), canBeRenewed(login) else { return nil }
        // Another turn may have renewed it while this one was asking.
        guard login.secret.reveal() == credential.secret.reveal() else {
            return Self.credential(credential, login)
        }
        return try await renewed(credential, login)
    }

    private func login(_ credential: Credential) -> StoredCredential? {
        settings.profiles.first { $0.id == credential.id }
    }

    private func canBeRenewed(_ login: StoredCredential) -> Bool {
        login.refreshToken != nil && LoginRenewal.service(for: login.provider) != nil
    }

    private static func credential(_ old: Credential, _ login: StoredCredential) -> Credential {
        var credential = old
        credential.secret = login.secret
        return credential
    }

    private func renewed(
        _ credential: Credential, _ login: StoredCredential
    ) async throws(ModelError) -> Credential {
        switch await renewal(of: login).value {
        case .success(let login): return Self.credential(credential, login)
        case .failure(.unauthorized(let said)):
            let said = SecretMask(knownSecrets).apply(to: said)
            throw .unauthorized(message: Self.notRenewed(login, said))
        case .failure(let error): throw error
        }
    }

    /// Every secret the models' room knows, so that logs and messages can hide it.
    package var knownSecrets: [String] { settings.secrets }

    /// One renewal at a time for a login, and it goes on when the turn that wanted it is stopped: most vendors take a
    /// refresh token once, so an answer nobody waits for would end the login.
    private func renewal(of login: StoredCredential) -> Task<Result<StoredCredential, ModelError>, Never> {
        if let running = renewals[login.id] { return running }
        let task = Task { () -> Result<StoredCredential, ModelError> in
            defer { renewals[login.id] = nil }
            do throws(ModelError) {
                let renewed = login.renewed(try await world.renew(login))
                await keep(renewed)
                return .success(renewed)
            } catch {
                return .failure(error)
            }
        }
        renewals[login.id] = task
        return task
    }

    private func keep(_ login: StoredCredential) async {
        take(logins: logins.filter { $0.id != login.id } + [login])
        log.info("A login was renewed.", ["login": login.id])
        do {
            try await loginBook?.save(login.json, id: login.id, agent: login.agent)
        } catch {
            log.warning("A renewed login could not be stored.", ["login": login.id, "error": "\(error)"])
        }
    }

    // MARK: Words

    private static func ended(_ login: StoredCredential) -> String {
        let day = login.expires.map { " on \($0.isoDay)" } ?? ""
        return "The login `\(login.id)` ended\(day) and cannot be renewed here. " + advice(login)
    }

    private static func notRenewed(_ login: StoredCredential, _ said: String) -> String {
        "The login `\(login.id)` could not be renewed: \(said). " + advice(login)
    }

    private static func advice(_ login: StoredCredential) -> String {
        guard let variable = KnownProvider.named(login.provider)?.keyVariables.last?.name else {
            return "Log in again at \(login.provider)."
        }
        return "Log in again at \(login.provider), or set `\(variable)`."
    }
}

extension ModelError {
    /// Vendors refuse a login that has ended with 401 or with 403.
    var mayEndWithRenewal: Bool {
        switch self {
        case .unauthorized, .forbidden: true
        default: false
        }
    }
}
