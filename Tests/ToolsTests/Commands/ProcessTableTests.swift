import Testing

@testable import Tools

struct ProcessTableTests {
    @Test(arguments: [
        ("12 (sh) S 7 12 12 0", 7, false), ("12 (a) b) R) Z 1 0", 1, true), ("12 () S 3 1", 3, false),
    ])
    func `a line tells parent and state whatever the name is`(line: String, parent: Int32, hasEnded: Bool) {
        let entry = ProcessTable.Entry(id: 12, stat: Array(line.utf8))

        #expect(entry == ProcessTable.Entry(id: 12, parent: parent, hasEnded: hasEnded))
    }

    @Test(arguments: ["", "12", "12 (sh", "12 (sh)", "12 (sh) S", "12 (sh) S x"])
    func `what is no such line is nothing`(line: String) {
        #expect(ProcessTable.Entry(id: 12, stat: Array(line.utf8)) == nil)
    }

    @Test func `descendants are found through every generation, and each once`() {
        func entry(_ id: Int32, _ parent: Int32) -> ProcessTable.Entry {
            ProcessTable.Entry(id: id, parent: parent, hasEnded: false)
        }
        let table = ProcessTable(entries: [entry(2, 1), entry(3, 2), entry(4, 3), entry(5, 1), entry(6, 6)])

        #expect(Set(table.withDescendants([entry(2, 1), entry(3, 2)]).map(\.id)) == [2, 3, 4])
        #expect(table.withDescendants([entry(6, 6)]).map(\.id) == [6])
    }
}
