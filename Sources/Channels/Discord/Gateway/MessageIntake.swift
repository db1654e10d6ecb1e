import Core

/// Takes in messages, whether an event told of them or they were read afterwards.
@MainActor
final class MessageIntake {
    private let context: IntakeContext
    private let seen: SeenLog
    private let files: IncomingFiles
    private let rivals: RivalWatch

    init(_ context: IntakeContext, seen: SeenLog, files: IncomingFiles, rivals: RivalWatch) {
        self.context = context
        self.seen = seen
        self.files = files
        self.rivals = rivals
    }

    /// Gives the house a message that came from a place, if it is one for the house, and notes that it has been seen.
    func take(_ message: DiscordMessage, at whereabouts: Whereabouts) async throws(IntakeFailure) {
        if var incoming = context.mapping.message(message, at: whereabouts), let house = context.house,
            !rivals.isAnswered(message.id, in: message.channelID)
        {
            incoming.files = files.of(message)
            if rivals.isStandingDown {
                try await hold(incoming, message, house)
            } else {
                try await tellStarter(of: whereabouts, before: message, house)
                try await receive(incoming, house)
            }
        }
        saw(message.id, at: whereabouts)
    }

    /// Gives the house a message that waits behind one which could not be kept, if it stops what runs.
    func takeStop(_ message: DiscordMessage, at whereabouts: Whereabouts) async {
        guard let incoming = context.mapping.message(message, at: whereabouts), !rivals.isStandingDown,
            !rivals.isAnswered(message.id, in: message.channelID)
        else { return }
        await context.house?.inbox.takeStop(incoming)
    }

    /// What a thread hangs on is shown with the first message that is seen there.
    private func tellStarter(
        of whereabouts: Whereabouts, before message: DiscordMessage, _ house: ChannelHouse
    ) async throws(IntakeFailure) {
        let thread = whereabouts.place.id
        guard seen[thread] == nil, message.id != thread, context.isListenedTo(whereabouts),
            let starter = await context.reader.starter(of: whereabouts),
            let words = try await context.mapping.words(
                context.completed(starter, at: whereabouts), at: whereabouts)
        else { return }
        await house.inbox.overhear(words, context.mapping.isOurs(starter))
    }

    private func receive(_ incoming: ChannelMessage, _ house: ChannelHouse) async throws(IntakeFailure) {
        do throws(InboxError) {
            try await house.inbox.receive(incoming)
        } catch {
            throw IntakeFailure(reason: "A message could not be kept: \(error.reason)")
        }
    }

    /// The other answers this, if anybody would; if it does not, it is ours.
    private func hold(_ incoming: ChannelMessage, _ message: DiscordMessage, _ house: ChannelHouse)
        async throws(IntakeFailure)
    {
        guard await house.inbox.admits(incoming) else { return }
        guard await rivals.hold(message.id, in: message.channelID) else {
            throw IntakeFailure(reason: "A message could not be kept for later.")
        }
    }

    private func saw(_ message: Snowflake, at whereabouts: Whereabouts) {
        guard context.isListenedTo(whereabouts) else { return }
        seen.saw(message, in: whereabouts.place.id, isDirect: whereabouts.guild == nil)
    }
}
