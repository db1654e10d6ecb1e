import Core

/// What a turn does, in lines: shown in the answer's place until it comes.
struct ProgressLines {
    private let display: ProgressDisplay
    private var lines: [String]
    private var toolCount = 0
    private var isShown = false

    /// Work that takes longer than this is told of; so is what needs a second tool.
    static let patience = Duration.seconds(5)

    /// `chance` is 0 to 1.
    init(_ display: ProgressDisplay, chance: Double = .random(in: 0..<1)) {
        self.display = display
        let place = min(Int(chance * Double(display.labels.count)), display.labels.count - 1)
        lines = display.labels.isEmpty ? [] : ["\(display.labels[max(place, 0)])…"]
    }

    /// What a tool that begins changes.
    enum Change {
        /// The first one: it may be over soon.
        case begins
        /// Now people should see it.
        case appears
        case goesOn
    }

    mutating func toolStarted(_ title: String) -> Change {
        toolCount += 1
        if display.showsTools {
            // Within backticks nothing means anything.
            let words = title.map { $0 == "`" ? "'" : $0 }.prefix(display.maxLineCharacters)
            let isCut = title.count > display.maxLineCharacters
            lines.append("🛠️ `\(String(words))\(isCut ? "…" : "")`")
            if lines.count > display.maxLines { lines.removeFirst(lines.count - display.maxLines) }
        }
        return isShown || toolCount > 2 ? .goesOn : toolCount == 1 ? .begins : .appears
    }

    /// Nil while there is nothing to tell.
    mutating func text() -> String? {
        guard toolCount > 0, !lines.isEmpty else { return nil }
        isShown = true
        return lines.joined(separator: "\n")
    }
}
