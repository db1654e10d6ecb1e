import Core

extension ActionParams {
    func required(_ keys: String...) throws(DiscordFailure) -> String {
        for key in keys { if let text = text(key) { return text } }
        throw .refused(status: 0, code: 0, "The action needs `\(keys[0])`.")
    }

    func id(_ key: String) throws(DiscordFailure) -> Snowflake {
        let text = try required(key)
        guard let id = Snowflake(text.trimmed.drop { "<@!&#".contains($0) }.prefix { $0 != ">" }) else {
            throw .refused(status: 0, code: 0, "`\(key)` is an id of Discord's, a number of 17 to 20 digits.")
        }
        return id
    }

    func optionalID(_ key: String) throws(DiscordFailure) -> Snowflake? {
        text(key) == nil ? nil : try id(key)
    }
}
