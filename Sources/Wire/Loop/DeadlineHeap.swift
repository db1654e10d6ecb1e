/// A binary heap of things that wait for a moment; equal moments leave in the order they came.
struct DeadlineHeap<Element> {
    private struct Entry {
        let deadline: ContinuousClock.Instant
        let order: UInt64
        let element: Element

        static func < (a: Entry, b: Entry) -> Bool {
            a.deadline == b.deadline ? a.order < b.order : a.deadline < b.deadline
        }
    }

    private var entries: [Entry] = []
    private var nextOrder: UInt64 = 0

    var firstDeadline: ContinuousClock.Instant? { entries.first?.deadline }

    mutating func insert(_ element: Element, at deadline: ContinuousClock.Instant) {
        entries.append(Entry(deadline: deadline, order: nextOrder, element: element))
        nextOrder &+= 1
        siftUp(from: entries.count - 1)
    }

    /// Takes the earliest element when its moment has come.
    mutating func removeFirst(until now: ContinuousClock.Instant) -> Element? {
        guard let first = entries.first, first.deadline <= now else { return nil }
        let last = entries.removeLast()
        if !entries.isEmpty {
            entries[0] = last
            siftDown(from: 0)
        }
        return first.element
    }

    private mutating func siftUp(from start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child] < entries[parent] else { return }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func siftDown(from start: Int) {
        var parent = start
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < entries.count {
                if entries[child] < entries[smallest] { smallest = child }
            }
            guard smallest != parent else { return }
            entries.swapAt(parent, smallest)
            parent = smallest
        }
    }
}
