import Core

extension ModelRouter {
    /// What one request has found out about its candidates.
    struct Trial {
        private var attempts: [ModelError.Attempt] = []
        private var errors: [ModelError] = []
        /// Models that no other credential would help.
        private var refusedModels: Set<ModelReference> = []
        /// Credentials that no other model would help.
        private var refusedCredentials: Set<String> = []

        func isOver(_ candidate: Candidate) -> Bool {
            refusedModels.contains(candidate.model) || refusedCredentials.contains(candidate.credential.id)
        }

        mutating func skip(_ candidate: Candidate, _ rest: Cooldown, at now: Timestamp) {
            let seconds = max((rest.until - now).components.seconds, 1)
            attempts.append(
                .init(
                    model: candidate.model,
                    reason: "rests for another \(Self.words(seconds)) (\(rest.reason))"))
        }

        mutating func fail(_ candidate: Candidate, _ error: ModelError) {
            attempts.append(.init(model: candidate.model, reason: error.explanation))
            errors.append(error)
            switch error {
            case .rejected: refusedModels.insert(candidate.model)
            case .unauthorized, .billing: refusedCredentials.insert(candidate.credential.id)
            default: break
            }
        }

        /// The one error there was, or all of them together.
        var failure: ModelError {
            if let error = errors.first, attempts.count == 1 { return error }
            return .exhausted(attempts)
        }

        private static func words(_ seconds: Int64) -> String {
            switch seconds {
            case ..<120: "\(seconds) seconds"
            case ..<7200: "\(seconds / 60) minutes"
            default: "\(seconds / 3600) hours"
            }
        }
    }
}
