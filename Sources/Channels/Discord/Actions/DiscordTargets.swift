import Core
import Wire

/// Finds the channel that a spelling means.
@MainActor
struct DiscordTargets {
    let api: DiscordAPI
    let places: KnownPlaces

    /// `channel:123`, `<#123>`, `#general`, `Server/#general`, `user:123`, `<@123>`, `@ann`, or an id alone.
    func place(_ target: String) async throws(DiscordFailure) -> Snowflake {
        let target = target.trimmed
        if let id = Self.marked(target, "<#") ?? Self.prefixed(target, "channel:") { return id }
        if let id = Self.marked(target, "<@") ?? Self.prefixed(target, "user:")
            ?? Self.prefixed(target, "discord:")
        {
            return try await api.directPlace(with: id).id
        }
        if let id = Snowflake(target) { return try await placeOrPerson(id) }
        if target.hasPrefix("@") { return try await direct(String(target.dropFirst())) }
        return try await named(String(target))
    }

    /// A channel, and only where there is none a person.
    private func placeOrPerson(_ id: Snowflake) async throws(DiscordFailure) -> Snowflake {
        do throws(DiscordFailure) {
            return try await places.place(id).id
        } catch {
            guard error.isMissing(DiscordCode.unknownChannel) else { throw error }
            return try await api.directPlace(with: id).id
        }
    }

    private func named(_ target: String) async throws(DiscordFailure) -> Snowflake {
        try await places.learnAll()
        let parts = target.split(separator: "/", maxSplits: 1).map { String($0) }
        let slug = Slug.of(parts.last ?? "")
        let guild =
            parts.count == 2 ? places.allGuilds.first { Slug.of($0.name) == Slug.of(parts[0]) }?.id : nil
        let found = slug.isEmpty ? [] : places.places(named: slug, in: guild)
        switch found.count {
        case 1: return found[0].id
        case 0: throw .refused(status: 0, code: 0, "There is no channel `\(target)` that the bot can see.")
        default:
            throw .refused(
                status: 0, code: 0,
                "There are \(found.count) channels `\(target)`: write `Server/\(slug)`, or `channel:` and the id."
            )
        }
    }

    /// The person with this user name, in the servers that the bot is in.
    private func direct(_ name: String) async throws(DiscordFailure) -> Snowflake {
        try await places.learnAll()
        let wanted = name.lowercased()
        for guild in places.allGuilds.prefix(Self.mostGuilds) {
            let path = "/members/search?query=\(name.percentEncoded)&limit=10"
            let members = try await api.send(.guild("GET", guild.id, path, template: "/members/search"))
            for member in members.arrayValue ?? [] {
                guard let user = DiscordUser(json: member["user"]) else { continue }
                let names = [user.username, user.globalName, member["nick"]?.stringValue, user.tag]
                if names.contains(where: { $0?.lowercased() == wanted }) {
                    return try await api.directPlace(with: user.id).id
                }
            }
        }
        throw .refused(
            status: 0, code: 0,
            "There is no `@\(name)` in the bot's servers: write `user:` and the person's id.")
    }

    private static let mostGuilds = 20

    private static func prefixed(_ text: Substring, _ prefix: String) -> Snowflake? {
        text.lowercased().hasPrefix(prefix) ? Snowflake(text.dropFirst(prefix.count)) : nil
    }

    private static func marked(_ text: Substring, _ mark: String) -> Snowflake? {
        guard text.hasPrefix(mark), text.hasSuffix(">") else { return nil }
        return Snowflake(text.dropFirst(mark.count).dropLast().drop { $0 == "!" })
    }
}
