/// Where settings stand that early releases of OpenClaw had at the top of the file.
enum MovedKeys {
    /// Nil for a key that has never been there.
    static func place(of key: String) -> String? {
        switch key {
        case "agent": "`agents.defaults`"
        case "identity": "`agents.list[].identity`"
        case "memorySearch": "`agents.defaults.memorySearch`"
        case "routing":
            "`bindings`, `agents.list`, `messages.groupChat`, `messages.queue` and `channels.<name>.allowFrom`"
        case "discord", "imessage", "msteams", "signal", "slack", "telegram", "whatsapp": "`channels.\(key)`"
        default: nil
        }
    }
}
