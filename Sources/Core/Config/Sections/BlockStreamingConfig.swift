/// `agents.defaults.blockStreamingChunk`: how much of an answer makes a chunk.
package struct BlockChunkConfig: ConfigSection {
    package var minChars: Int?
    package var maxChars: Int?
    package var breakPreference: String?

    package init() {}

    package static let spec = ObjectSpec<BlockChunkConfig>(
        Field("minChars", \.minChars, .integer()).label("Least Characters"),
        Field("maxChars", \.maxChars, .integer()).label("Most Characters"),
        Field("breakPreference", \.breakPreference, .choice("paragraph", "newline", "sentence")).label(
            "Cut At"))
}

/// `agents.defaults.blockStreamingCoalesce`: how chunks are put together to messages.
package struct BlockCoalesceConfig: ConfigSection {
    package var minChars: Int?
    package var maxChars: Int?
    /// In milliseconds.
    package var idleMs: Int?

    package init() {}

    package static let spec = ObjectSpec<BlockCoalesceConfig>(
        Field("minChars", \.minChars, .integer()).label("Least Characters"),
        Field("maxChars", \.maxChars, .integer()).label("Most Characters"),
        Field("idleMs", \.idleMs, .integer()).label("Idle Time (ms)"))
}

/// `humanDelay`: the pause between blocks.
package struct HumanDelayConfig: ConfigSection {
    package var mode: String?
    /// In milliseconds, for `custom`; so is `maxMs`.
    package var minMs: Int?
    package var maxMs: Int?

    package init() {}

    package static let spec = ObjectSpec<HumanDelayConfig>(
        Field("mode", \.mode, .choice("off", "natural", "custom")).label("Mode"),
        Field("minMs", \.minMs, .integer()).label("Shortest (ms)"),
        Field("maxMs", \.maxMs, .integer()).label("Longest (ms)"))
}

extension AgentsConfig.Defaults {
    /// What the keys come to.
    package var blockStreaming: BlockStreaming {
        var streaming = BlockStreaming()
        streaming.isOn = blockStreamingDefault == "on"
        streaming.waitsForEnd = blockStreamingBreak == "message_end"
        streaming.chunk = DraftChunk(
            json: blockStreamingChunk.map { .object($0.json) }, least: streaming.chunk.least,
            most: streaming.chunk.most)
        streaming.coalescing = BlockCoalescing(json: blockStreamingCoalesce.map { .object($0.json) })
        return streaming
    }

    /// The pause of an agent, which may have its own.
    package func humanDelay(of agent: AgentConfig?) -> HumanDelay {
        let (own, shared) = (agent?.humanDelay, humanDelay)
        var delay = HumanDelay()
        delay.mode = (own?.mode ?? shared?.mode).flatMap { HumanDelay.Mode(rawValue: $0) } ?? .off
        if let least = own?.minMs ?? shared?.minMs { delay.least = .milliseconds(max(0, min(least, 60_000))) }
        if let most = own?.maxMs ?? shared?.maxMs { delay.most = .milliseconds(max(0, min(most, 60_000))) }
        return delay
    }
}
