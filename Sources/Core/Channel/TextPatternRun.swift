/// Looks for a pattern in a text: all the steps that may come next at one place, then at the one behind it.
struct TextPatternRun {
    private let steps: [TextPattern.Step]
    private let text: [Unicode.Scalar]
    private var place = 0
    private var waiting: [Int] = []
    /// For each step the place where it was last reached.
    private var reached: [Int]
    private var isFound = false

    init(steps: [TextPattern.Step], text: [Unicode.Scalar]) {
        self.steps = steps
        self.text = text
        reached = Array(repeating: -1, count: steps.count)
    }

    mutating func find() -> Bool {
        guard !steps.isEmpty else { return false }
        while true {
            reach(0)
            if isFound { return true }
            guard place < text.count else { return false }
            let scalar = text[place]
            let before = waiting
            waiting.removeAll(keepingCapacity: true)
            place += 1
            for step in before {
                if case .one(let set) = steps[step], set.contains(scalar) { reach(step + 1) }
            }
            if isFound { return true }
        }
    }

    /// Follows the steps from `first` that take no character.
    private mutating func reach(_ first: Int) {
        var open = [first]
        while let step = open.popLast() {
            guard reached[step] != place else { continue }
            reached[step] = place
            switch steps[step] {
            case .one: waiting.append(step)
            case .edge(let edge): if isAt(edge) { open.append(step + 1) }
            case .fork(let first, let second): open += [second, first]
            case .jump(let next): open.append(next)
            case .found: isFound = true
            }
        }
    }

    private func isAt(_ edge: TextPattern.Edge) -> Bool {
        let before = place > 0 ? text[place - 1] : nil
        let after = place < text.count ? text[place] : nil
        let isWordEdge = before.map(ScalarSet.isWord) ?? false != after.map(ScalarSet.isWord) ?? false
        return switch edge {
        case .start: before == nil
        case .end: after == nil
        case .word: isWordEdge
        case .noWord: !isWordEdge
        case .nameStart: !(before.map(ScalarSet.isNamePart) ?? false)
        case .nameEnd: !(after.map(ScalarSet.isNamePart) ?? false)
        }
    }
}
