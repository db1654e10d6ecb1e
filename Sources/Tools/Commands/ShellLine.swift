/// A command line as the words of the commands it starts, as far as that can be told without running it.
///
/// Quotes, backslashes, `;`, `&&`, `||` and `|` are understood. Whatever else a shell acts on makes it nil: variables and
/// substitution, redirection, background, groups, comments, line breaks.
struct ShellLine {
    struct Word: Hashable {
        var text = ""
        /// Whether the shell may put other words in its place: it has `*`, `?`, `[`, `{` or a leading `~` outside of quotes.
        var isExpanded = false
    }

    /// The commands in order; none is empty.
    private(set) var commands: [[Word]] = [[]]
    private var word: Word?

    init?(_ line: String) {
        // A control character hides what follows from who reads it, and some shells end a line at one.
        guard line.unicodeScalars.allSatisfy({ $0 == "\t" || $0.value >= 0x20 && $0.value != 0x7F }) else {
            return nil
        }
        var rest = line.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard take(scalar, &rest) else { return nil }
        }
        endWord()
        if commands.contains(where: \.isEmpty) { return nil }
    }

    private typealias Rest = Substring.UnicodeScalarView

    /// False for what is not understood.
    private mutating func take(_ scalar: Unicode.Scalar, _ rest: inout Rest) -> Bool {
        switch scalar {
        case " ", "\t": endWord()
        case "'": return takeSingleQuoted(&rest)
        case "\"": return takeDoubleQuoted(&rest)
        case "\\":
            guard let next = rest.popFirst() else { return false }
            append(next)
        case ";": endCommand()
        case "&":
            guard rest.popFirst() == "&" else { return false }
            endCommand()
        case "|":
            if rest.first == "|" { rest.removeFirst() }
            endCommand()
        case "$", "`", "<", ">", "(", ")": return false
        case "#" where word == nil: return false
        case "*", "?", "[", "{", "}": append(scalar, isExpanded: true)
        case "~": append(scalar, isExpanded: word == nil)
        default:
            // Shells do not agree on whether it ends a word.
            if scalar.properties.isWhitespace { return false }
            append(scalar)
        }
        return true
    }

    private mutating func append(_ scalar: Unicode.Scalar, isExpanded: Bool = false) {
        var word = word ?? Word()
        word.text.unicodeScalars.append(scalar)
        if isExpanded { word.isExpanded = true }
        self.word = word
    }

    private mutating func takeSingleQuoted(_ rest: inout Rest) -> Bool {
        word = word ?? Word()
        while let scalar = rest.popFirst() {
            if scalar == "'" { return true }
            append(scalar)
        }
        return false
    }

    private mutating func takeDoubleQuoted(_ rest: inout Rest) -> Bool {
        word = word ?? Word()
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\"": return true
            case "$", "`": return false
            case "\\":
                guard let next = rest.popFirst() else { return false }
                if !["$", "`", "\"", "\\"].contains(next) { append("\\") }
                append(next)
            default: append(scalar)
            }
        }
        return false
    }

    private mutating func endWord() {
        guard let word else { return }
        commands[commands.count - 1].append(word)
        self.word = nil
    }

    private mutating func endCommand() {
        endWord()
        commands.append([])
    }
}
