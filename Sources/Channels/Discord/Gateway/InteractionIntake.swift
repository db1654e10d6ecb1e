import Core

/// Takes in what people do with the platform's own controls: commands of the menu, buttons, completions.
@MainActor
final class InteractionIntake {
    private let context: IntakeContext
    private let order: IntakeLanes
    private let answers: InteractionAnswers
    private let rivals: RivalWatch

    /// So long another gateway has to acknowledge an interaction.
    private static let interactionPatience = Duration.seconds(2)

    init(
        _ context: IntakeContext, order: IntakeLanes, answers: InteractionAnswers, rivals: RivalWatch
    ) {
        self.context = context
        self.order = order
        self.answers = answers
        self.rivals = rivals
    }

    func take(_ interaction: DiscordInteraction, _ finish: @escaping IntakeLanes.Finish) {
        if interaction.kind == .autocomplete {
            if rivals.isStandingDown { return finish(.taken) }
            order.lanes.add(interaction.id) { await self.complete(interaction) }
            return finish(.taken)
        }
        if rivals.isStandingDown { return takeLate(interaction, finish) }
        // Discord waits three seconds: the answer that all is well does not wait for what came before it.
        let begun = answers.begin(interaction)
        order.lanes.add(interaction.id) { await self.answers.acknowledge(interaction, begun) }
        work(on: interaction, finish)
    }

    private func work(on interaction: DiscordInteraction, _ finish: @escaping IntakeLanes.Finish) {
        order.work(in: interaction.channelID, finish, stop: { await self.takeStop(interaction) }) {
            () async throws(IntakeFailure) in
            try await self.takeUp(interaction)
        }
    }

    /// What is offered tells of the house, its models: only who may use commands there sees it.
    private func complete(_ interaction: DiscordInteraction) async {
        let isAllowed = await mayCommand(interaction)
        let commands = isAllowed ? context.house?.commands() ?? [] : []
        await answers.complete(interaction, CommandMapping.completions(interaction, commands))
    }

    private func mayCommand(_ interaction: DiscordInteraction) async -> Bool {
        // A place that Discord does not tell of now is offered nothing.
        guard let house = context.house, let whereabouts = try? await whereabouts(of: interaction),
            context.isListenedTo(whereabouts)
        else { return false }
        return await house.inbox.admits(
            context.mapping.message(
                interaction, saying: CommandMapping.text(interaction), at: whereabouts, handle: nil))
    }

    private func whereabouts(of interaction: DiscordInteraction) async throws(IntakeFailure) -> Whereabouts? {
        try await context.reader.whereabouts(
            interaction.channelID, guild: interaction.guildID,
            kind: interaction.guildID == nil ? interaction.channelKind ?? .direct : nil)
    }

    /// Discord waits three seconds, and lets one acknowledge it: if the other is gone, this one can.
    private func takeLate(_ interaction: DiscordInteraction, _ finish: @escaping IntakeLanes.Finish) {
        order.lanes.add(interaction.id) {
            // Cancelled: it comes again with the session.
            try? await Task.sleep(for: Self.interactionPatience)
            guard await self.answers.acknowledge(interaction, self.answers.begin(interaction)) else {
                return finish(.taken)
            }
            await self.rivals.takeOver()
            self.work(on: interaction, finish)
        }
    }

    private func takeStop(_ interaction: DiscordInteraction) async {
        // A place that Discord does not tell of now: the command comes again.
        guard let whereabouts = try? await whereabouts(of: interaction), context.isListenedTo(whereabouts),
            let text = answers.text(interaction)
        else { return }
        await context.house?.inbox.takeStop(
            context.mapping.message(
                interaction, saying: text, at: whereabouts, handle: answers.handle(interaction)))
    }

    private func takeUp(_ interaction: DiscordInteraction) async throws(IntakeFailure) {
        guard let house = context.house else { return }
        // Where it may not look it does not answer, either.
        guard let whereabouts = try await whereabouts(of: interaction), context.isListenedTo(whereabouts)
        else {
            return await answers.say(InteractionWords.notHere, to: interaction)
        }
        guard let text = answers.text(interaction) else {
            return await answers.say(InteractionWords.tooOld, to: interaction)
        }
        let message = context.mapping.message(
            interaction, saying: text, at: whereabouts, handle: answers.handle(interaction))
        do throws(InboxError) {
            guard interaction.kind == .component else { return try await house.inbox.receive(message) }
            // That something has come of it can be seen below the button.
            if let told = try await house.inbox.press(message), told.isRefusal {
                await answers.say(told.text, to: interaction)
            }
        } catch {
            throw IntakeFailure(reason: "A command could not be kept: \(error.reason)")
        }
    }
}
