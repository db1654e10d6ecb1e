import Core

/// The parameters of an action, read leniently: models write numbers as text and one where many are meant.
struct ActionParams: Sendable {
    private let json: JSON

    init(_ json: JSON) { self.json = json }

    /// The first of the keys that has something.
    func text(_ keys: String...) -> String? {
        keys.lazy.compactMap { key in
            let value = json[key]
            let text = value?.stringValue ?? value?.intValue.map(String.init)
            return text.flatMap { $0.trimmed.isEmpty ? nil : $0 }
        }.first
    }

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

    func int(_ key: String, _ range: ClosedRange<Int>) -> Int? {
        let number =
            json[key]?.intValue ?? json[key]?.doubleValue.flatMap { Int(exactly: $0.rounded(.down)) }
            ?? text(key).flatMap { Int($0) }
        return number.map { min(max($0, range.lowerBound), range.upperBound) }
    }

    func bool(_ key: String) -> Bool { json[key]?.boolValue ?? (text(key)?.lowercased() == "true") }

    func list(_ keys: String...) -> [String] {
        keys.flatMap { key -> [String] in
            if let array = json[key]?.arrayValue {
                return array.compactMap { $0.stringValue ?? $0.intValue.map(String.init) }
            }
            return text(key).map { [$0] } ?? []
        }
    }

    subscript(key: String) -> JSON? { json[key].flatMap { $0.isNull ? nil : $0 } }
}
