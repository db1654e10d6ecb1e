/// Emoji as the REST API wants them in a path.
enum DiscordEmoji {
    /// `name:id` for one of a server's own, in whichever way it was written; anything else as it is.
    ///
    /// Discord wants no variation selector behind some emoji and takes all others with it, so it stays.
    static func spelling(_ emoji: String) -> String {
        var text = emoji[...].drop { $0.isWhitespace }
        while text.last?.isWhitespace == true { text = text.dropLast() }
        if text.hasPrefix("<"), text.hasSuffix(">") { text = text.dropFirst().dropLast() }
        let parts = text.split(separator: ":", omittingEmptySubsequences: true)
        guard parts.count >= 2, let id = parts.last, Snowflake(id) != nil else { return String(text) }
        return "\(parts[parts.count - 2]):\(id)"
    }
}
