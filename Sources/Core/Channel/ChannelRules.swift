/// What the config says of one account of a channel, in the words that all platforms share (features.md 2.11-2.14).
package struct ChannelRules: Sendable, Hashable {
    /// `dmPolicy`, on Discord also `dm.policy`.
    package var directPolicy = DirectPolicy.pairing
    /// Who may write directly, beside those that were let in by pairing.
    package var allowFrom: [String] = []
    package var groupPolicy = GroupPolicy.allowlist
    /// Who may write in groups; empty for everybody, where the place itself is allowed.
    package var groupAllowFrom: [String] = []
    /// Messages of a group that were not for us and are shown with the next one that is.
    package var historyLimit: Int
    /// `dmHistoryLimit`: how many of the newest questions of a direct chat the model is shown; 0 for all that fit.
    package var directHistoryLimit = 0
    /// `dms.*.historyLimit`: the same for one person, by id.
    package var directHistoryLimits: [String: Int] = [:]
    package var replyMode: ReplyMode
    package var chunkMode = ChunkMode.length
    /// Nil: the platform's.
    package var textLimit: Int?
    /// Nil: the platform's wish.
    package var mostLines: Int?
    package var responsePrefix: String?
    /// Nil: the agent's emoji, or 👀. Empty for none.
    package var ackReaction: String?
    package var ackScope = AckReactionScope.groupMentions
    package var removesAckAfterReply = false
    /// Larger files are not fetched.
    package var mostFileBytes: Int
    /// `streaming`, `streaming.mode` or `streamMode`.
    package var streaming: StreamingMode
    /// `draftChunk`, or `streaming.preview.chunk`.
    package var draftChunk = DraftChunk()
    /// `blockStreaming`, or `streaming.block.enabled`; nil: as `agents.defaults` says.
    package var blockStreaming: Bool?
    /// `blockStreamingCoalesce`, or `streaming.block.coalesce`; nil: as `agents.defaults` says.
    package var blockCoalescing: BlockCoalescing?
    /// The platform's own least for a block, in characters.
    package var leastBlock: Int?
    package var progress = ProgressDisplay()
    package var allowsBots = BotRule.none
    package var botLoops = BotLoopRule()
    /// Whether our commands are put into the platform's menu: the section's `commands.native`, or that of all.
    package var hasNativeCommands = true
    package var approvals = ApprovalRules()

    /// Who may write directly.
    package enum DirectPolicy: String, Sendable {
        case pairing, allowlist, open, disabled
    }

    /// Which messages a reply points at.
    package enum ReplyMode: String, Sendable {
        case off, first, all, batched
    }

    /// Where a text that is too long for one message is cut.
    package enum ChunkMode: String, Sendable {
        case length, newline
    }

    /// What people see of an answer while it is written.
    package enum StreamingMode: String, Sendable {
        case off, partial, block, progress
    }

    /// Which bots are listened to.
    package enum BotRule: Sendable {
        case none, mentions, all
    }

    /// A platform's own defaults.
    package struct Defaults: Sendable {
        package var historyLimit: Int
        package var replyMode: ReplyMode
        package var mostFileMegabytes: Double
        package var streaming: StreamingMode
        package var leastBlock: Int?

        package init(
            historyLimit: Int, replyMode: ReplyMode, mostFileMegabytes: Double, streaming: StreamingMode,
            leastBlock: Int? = nil
        ) {
            self.leastBlock = leastBlock
            self.historyLimit = historyLimit
            self.replyMode = replyMode
            self.mostFileMegabytes = mostFileMegabytes
            self.streaming = streaming
        }
    }
}

/// Which chats of many are answered.
package enum GroupPolicy: String, Sendable {
    case open, disabled, allowlist
}

extension ChannelRules {
    /// A larger wish than a terabyte is none.
    private static let largestFileMegabytes = 1_048_576.0

    /// The keys of a section that every platform reads.
    package static let keys = """
        enabled name accounts defaultAccount historyLimit dmHistoryLimit dms.*.historyLimit replyToMode mediaMaxMb streaming.mode streaming.chunkMode
        streaming.preview.chunk streaming.block.enabled streaming.block.coalesce streaming.progress.label
        streaming.progress.labels streaming.progress.maxLines streaming.progress.maxLineChars
        streaming.progress.toolProgress blockStreaming blockStreamingCoalesce
        streamMode draftChunk dmPolicy dm.policy dm.enabled dm.allowFrom allowFrom groupPolicy groupAllowFrom chunkMode
        textChunkLimit maxLinesPerMessage responsePrefix ackReaction ackReactionScope allowBots botLoopProtection commands.native

        """ + ApprovalRules.keys

    /// The keys of `channels.defaults` that count where a platform's section says nothing.
    package static let sharedKeys = "groupPolicy botLoopProtection"

    /// `section` is the account's over the channel's; `shared` is `channels.defaults`, `messages` and `commands` the sections
    /// of those names.
    package init(section: JSON, shared: JSON, messages: JSON, commands: JSON = [:], defaults: Defaults) {
        historyLimit =
            section["historyLimit"]?.intValue ?? messages["groupChat"]?["historyLimit"]?.intValue
            ?? defaults.historyLimit
        directHistoryLimit = section["dmHistoryLimit"]?.intValue ?? 0
        for (person, rule) in section["dms"]?.objectValue ?? [:] {
            directHistoryLimits[person] = rule["historyLimit"]?.intValue
        }
        replyMode = section["replyToMode"].flatMap(Self.word) ?? defaults.replyMode
        let megabytes = section["mediaMaxMb"]?.doubleValue ?? defaults.mostFileMegabytes
        mostFileBytes = Int(min(max(megabytes, 0), Self.largestFileMegabytes) * 1_048_576)
        streaming = Self.streaming(section) ?? defaults.streaming
        draftChunk = DraftChunk(json: section["draftChunk"] ?? section["streaming"]?["preview"]?["chunk"])

        let block = section["streaming"]?["block"]
        blockStreaming = (section["blockStreaming"] ?? block?["enabled"])?.boolValue
        blockCoalescing = BlockCoalescing(json: section["blockStreamingCoalesce"] ?? block?["coalesce"])
        leastBlock = defaults.leastBlock
        progress = ProgressDisplay(json: section["streaming"]?["progress"])
        directPolicy = (section["dmPolicy"] ?? section["dm"]?["policy"]).flatMap(Self.word) ?? .pairing
        if section["dm"]?["enabled"]?.boolValue == false { directPolicy = .disabled }
        allowFrom = Self.names(section["allowFrom"] ?? section["dm"]?["allowFrom"])
        groupPolicy = (section["groupPolicy"] ?? shared["groupPolicy"]).flatMap(Self.word) ?? .allowlist
        groupAllowFrom = Self.names(section["groupAllowFrom"])
        chunkMode = (section["chunkMode"] ?? section["streaming"]?["chunkMode"]).flatMap(Self.word) ?? .length
        textLimit = section["textChunkLimit"]?.intValue
        mostLines = section["maxLinesPerMessage"]?.intValue
        responsePrefix = (section["responsePrefix"] ?? messages["responsePrefix"])?.stringValue
        ackReaction = (section["ackReaction"] ?? messages["ackReaction"])?.stringValue
        ackScope =
            (section["ackReactionScope"] ?? messages["ackReactionScope"]).flatMap(Self.word) ?? .groupMentions
        removesAckAfterReply = messages["removeAckAfterReply"]?.boolValue ?? false
        allowsBots =
            switch section["allowBots"] {
            case .bool(true): .all
            case .string("mentions"): .mentions
            default: .none
            }
        botLoops = BotLoopRule(section["botLoopProtection"], shared["botLoopProtection"])
        hasNativeCommands = section["commands"]?["native"]?.boolValue ?? commands["native"]?.boolValue ?? true
        approvals = ApprovalRules(section["execApprovals"] ?? [:])
    }

    /// A section with the keys that have two spellings under one, so that an account's word counts over its platform's.
    package static func plainSpelling(of section: JSONObject) -> JSONObject {
        var section = section
        for (plain, value) in [
            ("dmPolicy", section["dm"]?["policy"]), ("allowFrom", section["dm"]?["allowFrom"]),
        ] {
            if section[plain] == nil, let value { section[plain] = value }
        }
        if section["streaming"] == nil, let mode = section["streamMode"] { section["streaming"] = mode }
        return section
    }

    /// How many of the newest questions the model is shown when this person writes directly; nil for all that fit.
    package func directHistory(of person: Sender) -> Int? {
        let limit = directHistoryLimits[person.id] ?? directHistoryLimit
        return limit > 0 ? limit : nil
    }

    private static func word<Word: RawRepresentable<String>>(_ json: JSON) -> Word? {
        json.stringValue.flatMap { Word(rawValue: $0) }
    }

    private static func streaming(_ section: JSON) -> StreamingMode? {
        switch section["streaming"] ?? section["streamMode"] {
        case .bool(let isOn): isOn ? .partial : .off
        case .string(let word): StreamingMode(rawValue: word)
        case .object(let object): object["mode"].flatMap(word)
        default: nil
        }
    }

    /// Names and numbers of people, as text.
    package static func names(_ json: JSON?) -> [String] {
        (json?.arrayValue ?? []).compactMap { $0.stringValue ?? $0.intValue.map(String.init) }
    }
}
