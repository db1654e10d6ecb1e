import Core

extension ModelRouter {
    /// What one request has found out about its candidates.
    struct Trial {
        private var attempts: [ModelError.Attempt] = []
        private var errors: [ModelError] = []
        /// A model with a kind of credential.
        private struct Refusal: Hashable {
            var model: ModelReference
            var kind: Credential.Kind
        }

        /// What no other credential of the kind would help; a login may be refused where a key is taken.
        private var refused: Set<Refusal> = []
        /// Credentials that no other model would help.
        private var refusedCredentials: Set<String> = []

        func isOver(_ candidate: Candidate) -> Bool {
            refused.contains(Refusal(model: candidate.model, kind: candidate.credential.kind))
                || refusedCredentials.contains(candidate.credential.id)
        }

        mutating func skip(_ candidate: Candidate, _ rest: Cooldown, at now: Timestamp) {
            let left = max(rest.until - now, .seconds(1))
            attempts.append(
                .init(
                    model: candidate.model,
                    reason: "rests for another \(left.wholeSecondsText) (\(rest.reason))"))
        }

        mutating func fail(_ candidate: Candidate, _ error: ModelError) {
            attempts.append(
                .init(model: candidate.model, reason: error.explanation, isRejection: error.isRejection))
            errors.append(error)
            switch error {
            case .rejected: refused.insert(.init(model: candidate.model, kind: candidate.credential.kind))
            case .unauthorized, .billing: refusedCredentials.insert(candidate.credential.id)
            default: break
            }
        }

        /// The one error there was, or all of them together with the models that have no key.
        func failure(besides missing: [ModelReference]) -> ModelError {
            if let error = errors.first, attempts.count == 1, missing.isEmpty { return error }
            let withoutKey = missing.map {
                ModelError.Attempt(model: $0, reason: MissingKey.of($0.provider, others: []))
            }
            return .exhausted(attempts + withoutKey)
        }
    }
}
