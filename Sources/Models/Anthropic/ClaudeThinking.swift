import Core

/// How the models behind the Messages API are told to think: older ones get a budget, newer ones an effort.
enum ClaudeThinking: Equatable {
    case none
    /// `thinking: {type: enabled, budget_tokens}`; left out for off.
    case budget
    /// `thinking: {type: adaptive}` with an effort. `off` is what a request says that wants none.
    case adaptive(off: Off)

    enum Off: Equatable {
        /// Thinking is on only when asked for.
        case leftOut
        /// Thinking is on unless `{type: disabled}`.
        case disabled
        /// `{type: between_tools}` is the least: short notes between tool calls.
        case betweenTools
        /// Thinking cannot be turned off, only kept short.
        case leastEffort
    }

    init(_ model: ModelInfo) {
        guard model.reasoning else {
            self = .none
            return
        }
        let family = ModelFamily(model.reference.model)
        guard family.begins(with: "claude"), let version = family.version else {
            self = .budget
            return
        }
        switch version {
        case ..<ModelFamily.Version(3, 7): self = .none
        case ..<ModelFamily.Version(4, 6): self = .budget
        case ..<ModelFamily.Version(5): self = .adaptive(off: .leftOut)
        case ModelFamily.Version(5) where !family.has("fable") && !family.has("mythos"):
            self = .adaptive(off: .disabled)
        case ModelFamily.Version(5, 5) where family.has("haiku"): self = .adaptive(off: .disabled)
        case ModelFamily.Version(5, 5) where family.has("sonnet"): self = .adaptive(off: .betweenTools)
        default: self = .adaptive(off: .leastEffort)
        }
    }

    /// Tokens to think with; a vendor's smallest budget is 1024.
    static func budget(for level: ThinkingLevel) -> Int {
        switch level {
        case .off: 0
        case .minimal: 1024
        case .low: 2048
        case .medium: 8192
        case .high: 16_384
        case .xhigh: 32_000
        }
    }
}
