import Core

/// Posts in forums: threads whose first message has the thread's own id.
@MainActor
struct ForumPosts {
    let api: DiscordAPI
    let places: KnownPlaces
    let mapping: OutgoingMapping
    let files: OutgoingFiles

    /// Longest title of a post.
    private static let longestTitle = 100
    /// Posts that were put away last, among which one of ours may be.
    private static let mostArchived = 50

    /// Opens a post that begins with a part.
    func open(_ part: OutgoingPart, in forum: Snowflake) async throws(DiscordFailure) -> Snowflake {
        let body: JSONObject = [
            "name": .string(Self.title(of: part.content)),
            "message": .object(mapping.opening(part.content)),
        ]
        let json = try await api.send(
            .threads(of: forum), files.body(body, part.content.files, inside: "message"))
        guard let id = Snowflake(json["id"]) else { throw .unknown("Discord did not name the post.") }
        return id
    }

    /// The first messages of our posts that are not older than `earliest` and begin as one with this content does.
    ///
    /// A post has no mark, so an attempt whose answer did not come is known by its words alone.
    func begun(
        with content: OutgoingPart.Content, by bot: Snowflake?, since earliest: Snowflake, in forum: Snowflake
    )
        async throws(DiscordFailure) -> [DiscordMessage]
    {
        guard let guild = try await places.place(forum).guildID else { return [] }
        let threads =
            try await api.activeThreads(of: guild)
            + api.archivedThreads(of: forum, most: Self.mostArchived)
        let (title, words) = (Self.title(of: content), mapping.words(content))
        var found: [DiscordMessage] = []
        for thread in threads
        where thread.parentID == forum && thread.ownerID == bot && thread.id >= earliest
            && thread.name == title
        {
            guard let first = try await api.message(thread.id, in: thread.id),
                first.content.trimmed == words, first.attachments.count == content.files.count
            else { continue }
            found.append(first)
        }
        return found
    }

    /// The first line, or the name of the first file.
    private static func title(of content: OutgoingPart.Content) -> String {
        let line = content.text.split(separator: "\n").lazy.map { $0.drop { $0 == "#" }.trimmed }
            .first { !$0.isEmpty }
        let title =
            line.map { String($0) } ?? content.files.first.map { OutgoingFiles.name(of: $0) } ?? "Post"
        return String(Cut.head(title, longestTitle).trimmed)
    }
}
