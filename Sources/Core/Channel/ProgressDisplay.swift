/// `streaming.progress`: what people see of a turn's tools, where `streaming` is `progress`.
package struct ProgressDisplay: Sendable, Hashable {
    /// One of them stands above the lines; none for none.
    package var labels = ["Working", "Looking into it", "Busy", "On it"]
    /// The label is the first one.
    package var maxLines = 8
    package var maxLineCharacters = 120
    package var showsTools = true

    package init() {}

    init(json: JSON?) {
        if let own = json?["labels"]?.arrayValue?.compactMap(\.stringValue), !own.isEmpty { labels = own }
        switch json?["label"] {
        case .bool(false): labels = []
        case .string(let label) where label != "auto": labels = label.isEmpty ? [] : [label]
        default: break
        }
        maxLines = max(json?["maxLines"]?.intValue ?? maxLines, 1)
        maxLineCharacters = max(json?["maxLineChars"]?.intValue ?? maxLineCharacters, 10)
        showsTools = json?["toolProgress"]?.boolValue ?? showsTools
    }
}
