import Core

extension ToolRules {
    /// Keys of `toolsBySender` that say of nobody known whom they mean.
    static func senderWarnings(_ config: Config) -> [String] {
        unreadableKeys(in: config.raw["channels"] ?? .null, at: "channels").map { path, key in
            "`\(path)` has the key `\(key)`, which names nobody here: who has no rule of their own beside it is left "
                + "no tools there. Write `id:` with the person's id, or `username:` with their user name."
        }
    }

    private static func unreadableKeys(in json: JSON, at path: String) -> [(path: String, key: String)] {
        (json.objectValue ?? [:]).flatMap { member in
            let path = "\(path).\(member.key)"
            guard member.key == "toolsBySender" else { return unreadableKeys(in: member.value, at: path) }
            return SenderTools.unreadable(in: member.value.objectValue ?? [:]).map { (path, $0) }
        }
    }
}
