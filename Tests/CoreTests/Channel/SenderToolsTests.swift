import Core
import Testing

struct SenderToolsTests {
    private static let deny: JSON = ["deny": ["exec"]]
    private static let nothing: JSON = ["deny": ["*"]]

    private func rule(_ bySender: JSONObject) -> JSON? {
        rule(in: ["tools": ["allow": ["read"]], "toolsBySender": .object(bySender)])
    }

    private func rule(in entries: JSON...) -> JSON? {
        var place = PlaceRule()
        place.tools = entries.map(SenderTools.init)
        return place.tools(for: Sender(id: "42", name: "Mallory", username: "mal"), on: "telegram")
    }

    @Test(arguments: [
        "42", "id:42", "ID: 42", "channel:telegram:42", "channel:Telegram:42", "username:mal",
        "username:@Mal", "@mal", "telegram:42", "tg:42", "user:42",
    ])
    func `every spelling of a person's key names them, and nobody else`(key: String) {
        #expect(rule([key: Self.deny]) == Self.deny)
        #expect(rule(["channel:discord:42": Self.deny, "id:43": Self.deny]) == ["allow": ["read"]])
    }

    @Test(arguments: [
        "name:Mallory", "e164:+46701234567", "mail:mal@x.example", "id:", "channel:42", "", "id:*",
        "channel:telegram:*", "username:*",
    ])
    func `beside a key that cannot be read, who has no rule of their own is left nothing`(key: String) {
        #expect(rule([key: Self.deny, "*": Self.deny]) == Self.nothing)
        #expect(rule([key: Self.nothing, "id:42": Self.deny]) == Self.deny)
        #expect(SenderTools.unreadable(in: [key: Self.deny, "*": Self.deny, "id:1": Self.deny]) == [key])
    }

    @Test func `the surest sign of a person counts, and theirs before everybody's`() {
        let others: JSONObject = ["*": ["allow": ["a"]], "username:mal": ["allow": ["b"]]]
        #expect(rule(others) == ["allow": ["b"]])
        #expect(rule(["*": ["allow": ["a"]]]) == ["allow": ["a"]])
        let more: JSONObject = [
            "username:mal": ["allow": ["b"]], "id:42": ["allow": ["c"]],
            "channel:telegram:42": ["allow": ["d"]],
        ]
        #expect(rule(more) == ["allow": ["d"]])
    }

    @Test func `a narrower entry with a word for somebody is alone`() {
        let wide: JSON = ["tools": ["allow": ["a"]], "toolsBySender": ["id:42": ["allow": ["exec"]]]]

        #expect(rule(in: ["tools": Self.nothing], wide) == Self.nothing)
        #expect(rule(in: ["toolsBySender": ["*": Self.deny]], wide) == Self.deny)
        #expect(rule(in: ["toolsBySender": ["id:43": Self.deny]], wide) == ["allow": ["exec"]])
        #expect(rule(in: ["toolsBySender": ["name:Mallory": Self.deny]], wide) == Self.nothing)
        #expect(rule(in: [:], ["tools": ["allow": ["a"]]]) == ["allow": ["a"]])
        #expect(rule(in: [:], [:]) == nil)
    }
}
