import Core
import Wire

/// Finds the channel that a spelling means.
///
/// Threads have names that any member chooses, and people may call themselves what they like: neither leads anywhere.
@MainActor
struct DiscordTargets {
    let api: DiscordAPI
    let places: KnownPlaces

    /// `channel:123`, `<#123>`, `#general`, `Server/#general`, `user:123`, `<@123>`, `@ann`, `user:ann`, or an id alone.
    func place(_ target: String) async throws(DiscordFailure) -> Snowflake {
        let target = target.trimmed
        if let id = Self.marked(target, "<#") ?? Self.prefixed(target, "channel:") { return id }
        if let id = Self.marked(target, "<@") ?? Self.prefixed(target, "discord:") {
            return try await api.directPlace(with: id).id
        }
        if let id = Snowflake(target) { return try await placeOrPerson(id) }
        if target.hasPrefix("@") || target.lowercased().hasPrefix("user:") {
            return try await person(String(target))
        }
        return try await named(String(target))
    }

    /// The chat with a person, spelled as in `allowFrom`.
    func person(_ entry: String) async throws(DiscordFailure) -> Snowflake {
        switch SenderMatch.person(entry) {
        case .id(let text):
            guard let id = Snowflake(text) else { break }
            return try await api.directPlace(with: id).id
        case .name(let name): return try await direct(name)
        case nil: break
        }
        throw .refused(status: 0, code: 0, "`\(entry)` is nobody: write `user:` and the person's id.")
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
        let called = slug.isEmpty ? [] : places.places(named: slug, in: guild)
        let found = called.filter { !$0.isThread }
        switch found.count {
        case 1: return found[0].id
        case 0:
            let threads = called.prefix(Self.mostShown).map { "`channel:\($0.id)`" }.joined(separator: ", ")
            throw .refused(
                status: 0, code: 0,
                "There is no channel `\(target)` that the bot can see."
                    + (threads.isEmpty ? "" : " A thread is called so, and is written by its id: \(threads).")
            )
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
        var shown: [String] = []
        for guild in places.allGuilds.prefix(Self.mostGuilds) {
            // Discord searches for the user name alone, without the number of a tag.
            let query = String(name.prefix { $0 != "#" }).percentEncoded
            let path = "/members/search?query=\(query)&limit=\(Self.mostMembers)"
            let members = try await api.send(.guild("GET", guild.id, path, template: "/members/search"))
            for member in members.arrayValue ?? [] {
                guard let user = DiscordUser(json: member["user"]), !user.isBot else { continue }
                if [user.username, user.tag].contains(where: { $0.lowercased() == name }) {
                    return try await api.directPlace(with: user.id).id
                }
                if [user.globalName, member["nick"]?.stringValue].contains(where: { $0?.lowercased() == name }
                ) {
                    shown.append("`@\(user.username)` (`user:\(user.id)`)")
                }
            }
        }
        let called =
            shown.isEmpty ? "" : " Shown so: \(shown.prefix(Self.mostShown).joined(separator: ", "))."
        throw .refused(
            status: 0, code: 0,
            "Nobody in the bot's servers has the user name `\(name)`: write `user:` and the person's id.\(called)"
        )
    }

    /// Discord gives no more at once.
    private static let mostMembers = 1000
    private static let mostShown = 3
    private static let mostGuilds = 20

    private static func prefixed(_ text: Substring, _ prefix: String) -> Snowflake? {
        text.lowercased().hasPrefix(prefix) ? Snowflake(text.dropFirst(prefix.count)) : nil
    }

    private static func marked(_ text: Substring, _ mark: String) -> Snowflake? {
        guard text.hasPrefix(mark), text.hasSuffix(">") else { return nil }
        return Snowflake(text.dropFirst(mark.count).dropLast().drop { $0 == "!" })
    }
}
