/// The parameters of an action, read leniently: models write numbers as text and one where many are meant.
package struct ActionParams: Sendable {
    private let json: JSON

    package init(_ json: JSON) { self.json = json }

    /// The first of the keys that has something.
    package func text(_ keys: String...) -> String? {
        for key in keys {
            let text = json[key]?.stringValue ?? json[key]?.intValue.map(String.init)
            if let text, !text.trimmed.isEmpty { return text }
        }
        return nil
    }

    /// The first of the keys that has a number, which is moved into `range`: what people say has no bounds.
    package func int(_ keys: String..., in range: ClosedRange<Int>) -> Int? {
        for key in keys {
            let number =
                json[key]?.intValue ?? json[key]?.doubleValue.flatMap { Int(exactly: $0.rounded(.down)) }
                ?? text(key).flatMap { Int($0) }
            if let number { return min(max(number, range.lowerBound), range.upperBound) }
        }
        return nil
    }

    /// The first of the keys that says yes or no.
    package func flag(_ keys: String...) -> Bool? {
        for key in keys {
            if let flag = json[key]?.boolValue { return flag }
            switch text(key)?.lowercased() {
            case "true": return true
            case "false": return false
            default: continue
            }
        }
        return nil
    }

    /// All that the keys list; one word is a list of one.
    package func list(_ keys: String...) -> [String] {
        keys.flatMap { key -> [String] in
            if let array = json[key]?.arrayValue {
                return array.compactMap { $0.stringValue ?? $0.intValue.map(String.init) }
            }
            return text(key).map { [$0] } ?? []
        }
    }
}
