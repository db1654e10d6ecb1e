import Core

/// Who is online, as far as the gateway tells: only with `channels.discord.intents.presence`.
@MainActor
final class KnownPresences {
    /// People kept; beyond it all are forgotten, and told again when they change.
    private static let most = 5000

    private var presences: [Snowflake: JSON] = [:]

    subscript(user: Snowflake) -> JSON? { presences[user] }

    /// Takes in a presence update event.
    func take(_ data: JSON) {
        guard let user = Snowflake(data["user"]?["id"]) else { return }
        if presences.count >= Self.most { presences = [:] }
        presences[user] = ["status": data["status"] ?? .null, "activities": data["activities"] ?? []]
    }
}
