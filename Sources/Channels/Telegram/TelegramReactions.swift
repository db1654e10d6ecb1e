/// The emoji that bots may put on messages (core.telegram.org/bots/api#reactiontypeemoji).
enum TelegramReactions {
    static let allowed: Set<String> = Set(
        ("👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 "
            + "👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡")
            .split(separator: " ").map(String.init))

    /// Others that mean the same to people.
    private static let near = [
        "✅": "👍", "☑": "👍", "✔": "👍", "🆗": "👌", "❌": "👎", "🚫": "👎", "⏳": "👀", "⌛": "👀", "🔍": "👀", "🔎": "👀",
        "👁": "👀", "🦞": "👀", "🤖": "👾", "⚙": "👨‍💻", "🛠": "👨‍💻", "💻": "👨‍💻", "🧑‍💻": "👨‍💻", "👩‍💻": "👨‍💻", "🚀": "🔥",
        "⭐": "🤩", "🌟": "🤩", "✨": "🤩", "💡": "🤔", "🧠": "🤔", "❓": "🤔", "⚠": "😱", "🚨": "😱", "💥": "🤯", "😂": "🤣",
        "😆": "😁", "😄": "😁", "😀": "😁", "😃": "😁", "🙂": "😁", "😊": "🥰", "♥": "❤", "💙": "❤", "💚": "❤", "💛": "❤",
        "💜": "❤", "🧡": "❤", "🖤": "❤", "🤍": "❤", "😔": "😢", "☹": "😢", "🙁": "😢", "😠": "😡", "🥳": "🎉", "🎊": "🎉",
        "💪": "👍",
        "🙌": "👏", "📝": "✍", "🖊": "✍", "💤": "😴", "🐛": "🙈",
    ]

    /// The emoji itself, the nearest one that is allowed, or nil.
    ///
    /// Skin colours and the mark that asks for a picture instead of a character do not count.
    static func nearest(_ emoji: String) -> String? {
        let bare = String(
            String.UnicodeScalarView(
                emoji.unicodeScalars.filter { $0.value != 0xFE0F && !(0x1F3FB...0x1F3FF).contains($0.value) })
        )
        if allowed.contains(bare) { return bare }
        return near[bare]
    }
}
