/// A pattern as it is written.
indirect enum TextPatternNode {
    case one(ScalarSet)
    case edge(TextPattern.Edge)
    case all([TextPatternNode])
    case either([TextPatternNode])
    /// `most` is nil for as often as one likes.
    case repeated(TextPatternNode, least: Int, most: Int?)
}

/// Turns a pattern into steps.
struct TextPatternBuilder {
    /// Each one is tried at each character of a message; patterns that people write have some dozens.
    static let maxSteps = 1_000

    private(set) var steps: [TextPattern.Step] = []
    /// Whether there were more than `maxSteps`; what is built does not mean anything then.
    private(set) var isTooLong = false

    var finished: [TextPattern.Step] { isTooLong ? [] : steps + [.found] }

    mutating func add(_ node: TextPatternNode) {
        guard !isTooLong else { return }
        switch node {
        case .one(let set): append(.one(set))
        case .edge(let edge): append(.edge(edge))
        case .all(let nodes): for node in nodes { add(node) }
        case .either(let nodes): addEither(nodes[...])
        case .repeated(let node, let least, let most): addRepeated(node, least, most)
        }
    }

    private mutating func addEither(_ nodes: ArraySlice<TextPatternNode>) {
        guard let first = nodes.first else { return }
        guard nodes.count > 1 else { return add(first) }
        let fork = append(.fork(0, 0))
        add(first)
        let jump = append(.jump(0))
        replace(fork, with: .fork(fork + 1, steps.count))
        addEither(nodes.dropFirst())
        replace(jump, with: .jump(steps.count))
    }

    private mutating func addRepeated(_ node: TextPatternNode, _ least: Int, _ most: Int?) {
        for _ in 0..<least where !isTooLong { add(node) }
        guard let most else {
            let fork = append(.fork(0, 0))
            add(node)
            append(.jump(fork))
            return replace(fork, with: .fork(fork + 1, steps.count))
        }
        var forks: [Int] = []
        for _ in least..<max(least, most) where !isTooLong {
            forks.append(append(.fork(0, 0)))
            add(node)
        }
        for fork in forks { replace(fork, with: .fork(fork + 1, steps.count)) }
    }

    @discardableResult
    private mutating func append(_ step: TextPattern.Step) -> Int {
        if steps.count < Self.maxSteps { steps.append(step) } else { isTooLong = true }
        return steps.count - 1
    }

    private mutating func replace(_ index: Int, with step: TextPattern.Step) {
        if !isTooLong { steps[index] = step }
    }
}
