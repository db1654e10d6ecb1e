/// Words that have to fit into a field of Discord's.
enum Cut {
    /// The beginning of a text, of at most so many UTF-16 units and never a part of a character.
    ///
    /// Discord counts no character more than once for each unit.
    static func head(_ text: String, _ mostUnits: Int) -> String {
        guard text.utf16.count > mostUnits else { return text }
        var head = ""
        var left = mostUnits
        for character in text {
            left -= character.utf16.count
            guard left >= 0 else { break }
            head.append(character)
        }
        return head
    }
}
