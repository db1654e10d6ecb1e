import Core

/// Other bots that write too often: two bots would answer each other for ever.
struct BotLoops {
    private struct Pair: Hashable {
        var chat: Address
        var bot: String
    }

    private struct Talk {
        /// Within the window, oldest first.
        var messages: [ContinuousClock.Instant] = []
        var silentUntil: ContinuousClock.Instant?
    }

    private var talks: [Pair: Talk] = [:]
    private static let mostPairs = 500

    /// Whether a message of a bot is answered: not while it cools down, and not when it is one too many, which begins that.
    mutating func admits(
        _ bot: String, in chat: Address, _ rule: BotLoopRule, at now: ContinuousClock.Instant = .now
    ) -> Bool {
        guard rule.isEnabled else { return true }
        let pair = Pair(chat: chat, bot: bot)
        var talk = talks[pair] ?? Talk()
        if let end = talk.silentUntil, now < end { return false }
        talk.silentUntil = nil
        talk.messages.removeAll { $0 <= now - rule.window }
        let isAdmitted = talk.messages.count < rule.mostMessages
        if isAdmitted {
            talk.messages.append(now)
        } else {
            talk = Talk(silentUntil: now + rule.cooldown)
        }
        if talks.count >= Self.mostPairs && talks[pair] == nil { forget(before: now - rule.window) }
        talks[pair] = talk
        return isAdmitted
    }

    private mutating func forget(before moment: ContinuousClock.Instant) {
        talks = talks.filter { _, talk in
            (talk.silentUntil ?? talk.messages.last).map { $0 > moment } ?? false
        }
        if talks.count >= Self.mostPairs { talks = [:] }
    }
}
