/// Names of places as they are written in the config.
package enum Slug {
    /// In lower case, with one `-` for all that is no letter and no digit, and without the `#` of a channel.
    package static func of(_ name: String) -> String {
        name.lowercased().split { !$0.isLetter && !$0.isNumber }.joined(separator: "-")
    }
}
