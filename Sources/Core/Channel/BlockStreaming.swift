/// `agents.defaults.blockStreaming*`: whether an answer comes block by block, each a message, while it is written.
package struct BlockStreaming: Sendable, Hashable {
    package var isOn = false
    /// Whether nothing comes before the model has said all of a message.
    package var waitsForEnd = false
    package var chunk = DraftChunk(json: nil, least: 800, most: 1200)
    package var coalescing: BlockCoalescing?

    package init() {}

    /// Whether it is on for an account.
    package func isOn(for rules: ChannelRules) -> Bool { rules.blockStreaming ?? isOn }
}

/// `blockStreamingCoalesce`: how chunks are put together to blocks.
package struct BlockCoalescing: Sendable, Hashable {
    /// In characters; nil: the platform's, or what a chunk has.
    package var least: Int?
    /// In characters; nil: what a message takes.
    package var most: Int?
    /// A block goes out when no further chunk has come for so long.
    package var idle = Duration.seconds(1)

    init() {}

    init?(json: JSON?) {
        guard let object = json?.objectValue else { return nil }
        least = object["minChars"]?.intValue.map { max($0, 1) }
        most = object["maxChars"]?.intValue.map { max($0, 1) }
        if let milliseconds = object["idleMs"]?.intValue {
            idle = .milliseconds(max(0, min(milliseconds, 60_000)))
        }
    }
}

/// `humanDelay`: how long a block waits for its turn, so that they come as a person would write them.
package struct HumanDelay: Sendable, Hashable {
    /// Which pause there is.
    package enum Mode: String, Sendable {
        case off, natural, custom
    }

    package var mode = Mode.off
    package var least = Self.natural.lowerBound
    package var most = Self.natural.upperBound

    private static let natural = Duration.milliseconds(800)...Duration.milliseconds(2500)

    package init() {}

    /// `chance` is 0 to 1.
    package func pause(_ chance: Double = .random(in: 0...1)) -> Duration {
        switch mode {
        case .off: .zero
        case .natural: Self.natural.lowerBound + (Self.natural.upperBound - Self.natural.lowerBound) * chance
        case .custom: least + max(most - least, .zero) * chance
        }
    }
}
