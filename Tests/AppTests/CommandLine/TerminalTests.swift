import Testing

@testable import App

struct TerminalTests {
    @Test func `a name in a table ends no line and steers no terminal`() {
        let table = Terminal.table(["Device", "Name"], [["a", "x\u{1B}[2J\ny\u{202E}"], ["b", "z"]])
        #expect(
            table.split(separator: "\n").map(String.init) == ["Device  Name", "a       x [2J y", "b       z"])
    }
}
