import Core

/// Answers to commands and buttons: each is acknowledged at once, and what is said comes in its place.
@MainActor
final class InteractionAnswers {
    private let api: DiscordAPI
    private let settings: DiscordSettings
    private let mapping: OutgoingMapping
    private let log: Log
    private let buttons: LongCommands
    private let files: OutgoingFiles
    /// Interactions whose acknowledgement is under way.
    private var begun: [Snowflake: Gate] = [:]
    /// The part that took the place of "thinking", by interaction.
    private var filled = RecentNotes(most: 500)

    init(
        api: DiscordAPI, settings: DiscordSettings, mapping: OutgoingMapping, buttons: LongCommands,
        files: OutgoingFiles, log: Log
    ) {
        self.api = api
        self.settings = settings
        self.mapping = mapping
        self.buttons = buttons
        self.files = files
        self.log = log
    }

    // MARK: At once

    /// Notes that an interaction will be acknowledged; whoever answers it waits for that.
    func begin(_ interaction: DiscordInteraction) -> Gate {
        let gate = Gate()
        begun[interaction.id] = gate
        return gate
    }

    /// Returns whether Discord has taken it.
    @discardableResult
    func acknowledge(_ interaction: DiscordInteraction, _ gate: Gate) async -> Bool {
        var isTaken = true
        var data: JSONObject = [:]
        if settings.commandsAreEphemeral { data["flags"] = JSON(MessageFlag.ephemeral) }
        let isCommand = interaction.kind == .command
        do throws(DiscordFailure) {
            try await api.answer(
                interaction.id, interaction.token, isCommand ? .deferredMessage : .deferredUpdate,
                isCommand ? .object(data) : Optional.none)
        } catch {
            // Too late, or told twice: the reply finds out which, and is then posted as any other message.
            log.debug("an interaction was not acknowledged", ["reason": error.reason])
            isTaken = false
        }
        gate.open()
        begun[interaction.id] = nil
        return isTaken
    }

    func complete(_ interaction: DiscordInteraction, _ choices: JSON) async {
        do throws(DiscordFailure) {
            try await api.answer(interaction.id, interaction.token, .choices, choices)
        } catch {
            log.debug("choices came too late", ["reason": error.reason])
        }
    }

    /// Tells the one person something instead of an answer.
    func say(_ text: String, to interaction: DiscordInteraction) async {
        await begun[interaction.id]?.wait()
        let content = OutgoingPart.Content(text: text)
        let body = DiscordBody.json(.object(mapping.followUp(content, isEphemeral: true)))
        do throws(DiscordFailure) {
            // The first one after "thinking" takes its place.
            _ = try await api.followUp(interaction.applicationID, interaction.token, body)
        } catch {
            log.debug("an interaction was not answered", ["reason": error.reason])
        }
    }

    // MARK: For the house

    /// What the person has said by it; nil for a button that nobody knows any more.
    func text(_ interaction: DiscordInteraction) -> String? {
        guard interaction.kind == .component else { return CommandMapping.text(interaction) }
        switch ButtonRows.press(interaction.customID) {
        case .command(let command): return command.isEmpty ? nil : command
        case .hashed(let hash): return buttons[hash]
        case .foreign: return nil
        }
    }

    /// Commands are answered in their place; a button's reply is a message of its own.
    func handle(_ interaction: DiscordInteraction) -> JSON? {
        guard interaction.kind == .command else { return nil }
        return InteractionHandle(
            id: interaction.id, token: interaction.token, applicationID: interaction.applicationID,
            isEphemeral: settings.commandsAreEphemeral
        ).json
    }

    // MARK: Replies

    /// Posts a part as an answer; nil when the interaction cannot be answered any more, so that it is said in the channel.
    func deliver(_ part: OutgoingPart, to handle: InteractionHandle) async throws(DiscordFailure)
        -> Snowflake?
    {
        await begun[handle.id]?.wait()
        do throws(DiscordFailure) {
            return try await post(part, to: handle)
        } catch {
            let isOver = error.isMissing(
                DiscordCode.unknownWebhook, DiscordCode.invalidWebhookToken, DiscordCode.unknownInteraction)
            guard isOver, part.posted == nil || !handle.isEphemeral else { throw error }
            return nil
        }
    }

    private func post(_ part: OutgoingPart, to handle: InteractionHandle) async throws(DiscordFailure)
        -> Snowflake
    {
        let (application, token) = (handle.applicationID, handle.token)
        if let posted = part.posted {
            return try await api.changeAnswer(application, token, posted.rawValue, changeBody(part))
        }
        switch try await place(of: part, handle) {
        case .first:
            let id = try await api.changeAnswer(application, token, "@original", changeBody(part))
            filled.note(part.nonce, for: handle.id)
            return id
        case .next:
            let body = mapping.followUp(part.content, isEphemeral: handle.isEphemeral)
            return try await api.followUp(application, token, files.body(body, part.content.files))
        case .done(let id): return id
        }
    }

    private func changeBody(_ part: OutgoingPart) async throws(DiscordFailure) -> DiscordBody {
        try await files.body(mapping.change(part.content), part.content.files)
    }

    /// Where a part goes.
    private enum Place {
        /// In the place of "thinking".
        case first
        /// Behind what has been said.
        case next
        /// It is there already.
        case done(Snowflake)
    }

    private func place(of part: OutgoingPart, _ handle: InteractionHandle) async throws(DiscordFailure)
        -> Place
    {
        if let nonce = filled[handle.id] { return nonce == part.nonce ? .first : .next }
        // Nobody remembers whether something has been said: before a restart, perhaps.
        guard let original = try await api.originalAnswer(handle.applicationID, handle.token) else {
            return .first
        }
        if original.flags & MessageFlag.loading != 0 { return .first }
        return original.content == part.content.text ? .done(original.id) : .next
    }
}

/// A few hundred short notes about ids; the oldest go first.
struct RecentNotes: Sendable {
    let most: Int
    private var notes: [Snowflake: String] = [:]
    private var order: [Snowflake] = []

    init(most: Int) { self.most = most }

    subscript(id: Snowflake) -> String? { notes[id] }

    mutating func note(_ text: String, for id: Snowflake) {
        if notes.updateValue(text, forKey: id) == nil { order.append(id) }
        guard order.count > most else { return }
        notes[order.removeFirst()] = nil
    }
}

/// Commands of buttons that are too long for Discord, by their hashes; kept over a restart.
@MainActor
final class LongCommands {
    /// Buttons beyond this are too old.
    static let most = 200

    private var commands: [(hash: String, command: String)] = []
    private var memory: ChannelMemory?

    subscript(hash: String) -> String? { commands.last { $0.hash == hash }?.command }

    func begin(_ memory: ChannelMemory) async {
        self.memory = memory
        for entry in (await memory.load("buttons"))?.arrayValue ?? [] {
            if let hash = entry["hash"]?.stringValue, let command = entry["command"]?.stringValue {
                commands.append((hash, command))
            }
        }
    }

    /// Returns when they are on disk: only then may the buttons be shown.
    func keep(_ rows: [[ReplyButton]]) async {
        let new = ButtonRows.longCommands(rows).filter { self[$0.hash] == nil }
        guard !new.isEmpty else { return }
        commands = Array((commands + new).suffix(Self.most))
        let entries = commands.map { ["hash": .string($0.hash), "command": .string($0.command)] as JSON }
        await memory?.save("buttons", .array(entries))
    }
}
