import Core

/// Text with Discord's marks for people, roles, channels, commands, emoji and times turned into what people see.
struct MarkedText {
    /// The name of what a mark stands for; nil leaves the mark as it is.
    var user: (Snowflake) -> String?
    var role: (Snowflake) -> String?
    var channel: (Snowflake) -> String?

    func plain(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "<")) else { return text }
        var result = ""
        var rest = text[...]
        while let start = rest.firstIndex(of: "<") {
            result += rest[..<start]
            rest = rest[start...]
            guard let end = rest.prefix(Self.longestMark).firstIndex(of: ">"),
                let name = name(of: rest[rest.index(after: start)..<end])
            else {
                result.append("<")
                rest = rest.dropFirst()
                continue
            }
            result += name
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    /// The text without mentions of `id` at its beginning.
    static func withoutLeading(_ id: Snowflake, _ text: String) -> String {
        var rest = text.trimmed
        while let mark = ["<@\(id)>", "<@!\(id)>"].first(where: { rest.hasPrefix($0) }) {
            rest = rest.dropFirst(mark.count).drop { $0.isWhitespace || $0 == "," || $0 == ":" }
        }
        return String(rest)
    }

    /// A command's name may have 32 characters thrice, and an id 20 digits.
    private static let longestMark = 128

    private func name(of mark: Substring) -> String? {
        if mark.hasPrefix("@&") { return Snowflake(mark.dropFirst(2)).flatMap(role).map { "@" + $0 } }
        if mark.hasPrefix("@!") { return Snowflake(mark.dropFirst(2)).flatMap(user).map { "@" + $0 } }
        if mark.hasPrefix("@") { return Snowflake(mark.dropFirst()).flatMap(user).map { "@" + $0 } }
        if mark.hasPrefix("#") { return Snowflake(mark.dropFirst()).flatMap(channel).map { "#" + $0 } }
        let parts = mark.split(separator: ":", omittingEmptySubsequences: false)
        if mark.hasPrefix("/"), parts.count == 2, Snowflake(parts[1]) != nil { return String(parts[0]) }
        if mark.hasPrefix("t:"), parts.count == 2 || parts.count == 3, let seconds = Int64(parts[1]),
            (0..<Self.latestSecond).contains(seconds)
        {
            return Timestamp(milliseconds: seconds * 1000).iso8601
        }
        if parts.count == 3, parts[0].isEmpty || parts[0] == "a", Snowflake(parts[2]) != nil {
            return ":\(parts[1]):"
        }
        return nil
    }

    /// The end of the year 9999.
    private static let latestSecond: Int64 = 253_402_300_800
}
