import Testing

@testable import App

struct RedactionTests {
    @Test(arguments: [
        ("token tok-0123456789abcdef01 seen", "token tok-01…ef01 seen"),
        ("key sk-ant-api03-abcdefghijkl0123 used", "key sk-ant…0123 used"),
        ("Authorization: Bearer abcdefghijklmnopqrstuvwx", "Authorization: Bearer…uvwx"),
        ("pin 4711secret here", "pin *** here"),
        ("nothing to hide", "nothing to hide"),
        ("sk-short", "sk-short"),
        ("task-manager-is-a-long-word", "task-manager-is-a-long-word"),
    ])
    func `a secret is masked, the rest stays`(line: String, expected: String) {
        let redaction = Redaction(secrets: ["tok-0123456789abcdef01", "4711secret"], isOn: true)

        #expect(redaction.apply(to: line) == expected)
    }
}
