package import Core
import Store

/// The changes one `sessions.patch` asks for, checked (contract §7.4).
struct SessionPatch: Sendable {
    private enum Change: Sendable {
        case text(Field, String?)
        case model(ModelReference?)
        case extra(String, JSON?)
    }

    private enum Field: Sendable {
        case label, thinking, verbose, reasoning, sendPolicy, spawnedBy
    }

    private var changes: [Change] = []

    @MainActor
    init(_ params: JSON, settings: GatewaySetup, models: KnownModels, _ generation: Generation)
        throws(RPCError)
    {
        for (key, value) in params.objectValue ?? [:] {
            switch key {
            case "label": changes.append(.text(.label, try Self.label(value)))
            case "thinkingLevel":
                let model = Self.model(params["model"]) ?? settings.model
                changes.append(.text(.thinking, try Self.thinking(value, models.known(model), generation)))
            case "verboseLevel":
                let choices = generation == .three ? ["on", "off"] : ["on", "off", "full"]
                changes.append(.text(.verbose, try Self.choice(key, value, choices, also: ["full"])))
            case "reasoningLevel":
                let level = try Self.choice(key, value, ["on", "off", "stream"])
                changes.append(.text(.reasoning, level == "off" ? nil : level))
            case "sendPolicy":
                changes.append(.text(.sendPolicy, try Self.choice(key, value, ["allow", "deny"])))
            case "spawnedBy": changes.append(.text(.spawnedBy, value.stringValue))
            case "model": changes.append(.model(try Self.model(value, models, generation)))
            default:
                if let choices = Self.choices[key] {
                    let choice = try Self.choice(key, value, choices)
                    let kept = key == "responseUsage" && choice == "off" ? nil : choice
                    changes.append(.extra(key, kept.map { .string($0) }))
                } else if Self.kept.contains(key) {
                    // Rows say `false` where nothing is kept, so a mark that is taken away leaves nothing.
                    let isNothing = value.isNull || value == false
                    // Spelled out: a bare `nil` would be JSON's null.
                    changes.append(.extra(key, isNothing ? Optional<JSON>.none : value))
                }
            }
        }
    }

    func apply(to entry: inout SessionEntry) {
        for change in changes {
            switch change {
            case .text(.label, let text): entry.label = text
            case .text(.thinking, let text): entry.thinkingLevel = text
            case .text(.verbose, let text): entry.verboseLevel = text
            case .text(.reasoning, let text): entry.reasoningLevel = text
            case .text(.sendPolicy, let text): entry.sendPolicy = text
            case .text(.spawnedBy, let text): entry.spawnedBy = text
            case .model(let model): entry.modelOverride = model
            case .extra(let key, let value): entry.extra[key] = value
            }
        }
    }

    /// Stored as they come; clients show them and nothing else reads them.
    private static let kept: Set<String> = ["unread", "pinned", "icon", "color", "category", "execNode"]

    private static let choices: [String: [String]] = [
        "responseUsage": ["off", "tokens", "full", "on"],
        "elevatedLevel": ["on", "off", "ask", "full"],
        "execHost": ["sandbox", "gateway", "node"],
        "execSecurity": ["deny", "allowlist", "full"],
        "execAsk": ["off", "on-miss", "always"],
        "groupActivation": ["mention", "always"],
    ]

    static let schema: ParamsSchema = {
        let text = ParamsSchema.Shape.nullable(.string(least: 1))
        let texts = [
            "thinkingLevel", "verboseLevel", "reasoningLevel", "responseUsage", "elevatedLevel", "execHost",
            "execSecurity", "execAsk", "execNode", "model", "spawnedBy", "sendPolicy", "groupActivation",
        ]
        return ParamsSchema(
            fields: [
                .required("key", .string(least: 1)), .optional("agentId", .string(least: 1)),
                .optional("label", .nullable(.string(least: 1, most: 512))),
                .optional("unread", .boolean), .optional("pinned", .boolean),
                .optional("icon", .nullable(.string())), .optional("color", .nullable(.string())),
                .optional("category", .nullable(.string(least: 1, most: 512))),
                .optional("expectedSessionId", .string(least: 1)),
                .optional("expectedLifecycleRevision", .string(least: 1)),
                .optional("expectedMarkedUnreadAt", .nullable(.number(least: 0))),
            ] + texts.map { .optional($0, text) })
    }()
}

// MARK: - Checks

extension SessionPatch {
    private static func label(_ value: JSON) throws(RPCError) -> String? {
        guard let text = value.stringValue?.trimmed else { return nil }
        guard !text.isEmpty else { throw .invalid("invalid label: empty") }
        return String(text)
    }

    /// Nil clears: for null, and where `off` is the same as no override.
    private static func thinking(
        _ value: JSON, _ model: KnownModel?, _ generation: Generation
    ) throws(RPCError) -> String? {
        guard let text = value.stringValue else { return nil }
        let isLimited = generation == .four && model?.reasoning == false
        let usable = isLimited ? "off" : "off|minimal|low|medium|high"
        guard let level = ThinkingLevel(spelling: text) else {
            throw .invalid("invalid thinkingLevel (use \(usable))")
        }
        if isLimited, level != .off, let model {
            throw .invalid(
                "thinkingLevel \"\(level.rawValue)\" is not supported for \(model.reference) (use off)")
        }
        return level == .off ? nil : level.rawValue
    }

    private static func choice(
        _ key: String, _ value: JSON, _ choices: [String], also: [String] = []
    ) throws(RPCError) -> String? {
        guard let text = value.stringValue?.lowercased() else { return nil }
        guard choices.contains(text) || also.contains(text) else {
            let list = choices.map { "\"\($0)\"" }.joined(separator: "|")
            throw .invalid("invalid \(key) (use \(list))")
        }
        return text
    }

    private static func model(_ value: JSON?) -> ModelReference? {
        value?.stringValue.flatMap { ModelReference(String($0.trimmed)) }
    }

    /// The provider must be known, the model may be newer than any list.
    @MainActor
    private static func model(
        _ value: JSON, _ models: KnownModels, _ generation: Generation
    ) throws(RPCError) -> ModelReference? {
        guard let text = value.stringValue?.trimmed else { return nil }
        guard let model = ModelReference(String(text)) else { throw .invalid("invalid model: empty") }
        if generation == .four && !models.knows(provider: model.provider) {
            throw .invalid("Unknown provider \"\(model.provider)\". Use /models to list providers.")
        }
        return model
    }
}

extension ThinkingLevel {
    /// The level, also by the other words people use for it.
    package init?(spelling: String) {
        switch spelling.lowercased().trimmed {
        case "off", "none", "disable", "disabled": self = .off
        case "minimal", "min", "think": self = .minimal
        case "low", "on", "enable", "enabled": self = .low
        case "medium", "med", "mid": self = .medium
        case "high", "max", "highest", "ultra": self = .high
        case "xhigh", "x-high", "extra-high": self = .xhigh
        default: return nil
        }
    }
}
