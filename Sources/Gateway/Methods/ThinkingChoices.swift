import Core

/// The thinking levels a person may choose for a model, as today's clients want them told.
struct ThinkingChoices {
    private let levels: [ThinkingLevel]
    private let preset: ThinkingLevel

    /// A model that does not reason, or is not known, can only be left alone.
    init(_ model: KnownModel?, preset: ThinkingLevel) {
        let reasons = model?.reasoning ?? false
        levels = reasons ? [.off, .minimal, .low, .medium, .high] : [.off]
        self.preset = reasons ? preset : .off
    }

    /// Levels with their labels.
    var labelled: JSON {
        .array(levels.map { ["id": .string($0.rawValue), "label": .string($0.rawValue)] })
    }

    /// What is used where nobody chose.
    var usual: JSON { .string(preset.rawValue) }

    /// Sessions and agents list the labels once more by themselves; models do not.
    func add(to object: inout JSONObject) {
        object["thinkingLevels"] = labelled
        object["thinkingOptions"] = .array(levels.map { .string($0.rawValue) })
        object["thinkingDefault"] = usual
    }
}
