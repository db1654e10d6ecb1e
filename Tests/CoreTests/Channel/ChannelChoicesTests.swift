import Testing

@testable import Core

struct ResponsePrefixTests {
    private static let answer = ResponsePrefix.Answer(
        model: "anthropic/claude-opus-4-5-20251101", thinkingLevel: "high", name: "Claw")

    @Test(arguments: [
        ("[{model}]", "[claude-opus-4-5]"), ("{MODELFULL}", "anthropic/claude-opus-4-5-20251101"),
        ("{provider} {thinkingLevel} {think}", "anthropic high high"), ("{identity.name}:", "Claw:"),
        ("auto", "[Claw]"),
        ("{other} {", "{other} {"), ("{ model }", "{ model }"), ("{{model}}", "{claude-opus-4-5}"),
        ("🦞", "🦞"), ("", ""),
    ])
    func `what is known is filled in`(template: String, prefix: String) {
        #expect(ResponsePrefix(template).prefix(of: Self.answer) == prefix)
    }

    @Test(arguments: [
        ("openai/gpt-5-latest", "gpt-5"), ("gpt-5", "gpt-5"), ("openrouter/google/gemini-3", "gemini-3"),
    ])
    func `a model has a short name`(model: String, name: String) {
        #expect(ResponsePrefix("{model}").prefix(of: .init(model: model)) == name)
    }

    @Test func `what is not known stays as it is written`() {
        #expect(ResponsePrefix("{model} {provider}").prefix(of: .init()) == "{model} {provider}")
        #expect(ResponsePrefix("auto").prefix(of: .init()) == "")
    }

    @Test func `an answer gets it once`() {
        let prefix = ResponsePrefix("[{identity.name}]")
        #expect(prefix.added(to: "Hi", of: Self.answer) == "[Claw] Hi")
        #expect(prefix.added(to: "[Claw] Hi", of: Self.answer) == "[Claw] Hi")
        #expect(prefix.added(to: "", of: Self.answer) == "")
    }
}

struct SenderMatchTests {
    @Test(arguments: [
        ("157", SenderMatch.Person.id("157")), ("discord:157", .id("157")), ("user:157", .id("157")),
        ("<@!157>", .id("157")), ("tg: 157", .id("157")), ("@Olga", .name("olga")), ("Olga", .name("olga")),
        ("user:@Olga", .name("olga")), ("discord:olga#1234", .name("olga#1234")), ("@157", .name("157")),
        ("*", nil), ("", nil), ("@", nil),
    ])
    func `an entry means one person, however it is spelled`(entry: String, person: SenderMatch.Person?) {
        #expect(SenderMatch.person(entry) == person)
    }

    @Test func `a bot is known by its id alone, for its name is nobody's`() {
        var bot = Self.ann
        bot.isBot = true
        for entries in [["Ann.B"], ["@ann.b"], ["ann#0042"]] { #expect(!SenderMatch.contains(bot, entries)) }
        for entries in [["123"], ["<@123>"], ["*"]] { #expect(SenderMatch.contains(bot, entries)) }
    }

    private static let ann: Sender = {
        var ann = Sender(id: "123", name: "The Boss", username: "Ann.B")
        ann.tag = "ann#0042"
        return ann
    }()

    @Test(arguments: [
        "123", "<@123>", "<@!123>", "discord:123", "user:123", "DISCORD:user:123", "pk:123", "tg:123",
        "telegram:123", "*",
        "@ann.b", "Ann.B", "ANN.B", "discord:@ann.b", "Ann#0042", " 123 ",
    ])
    func `an entry names somebody`(entry: String) {
        #expect(SenderMatch.contains(Self.ann, [entry]))
    }

    @Test(arguments: [
        "", "12", "1234", "@123", "The Boss", "boss", "<@&123>", "role:123", "900", "**", "ann", "@",
    ])
    func `others are not named, and nobody by what they call themselves`(entry: String) {
        #expect(!SenderMatch.contains(Self.ann, [entry]))
    }

    @Test func `somebody who takes a number for a name is not who has that id`() {
        #expect(!SenderMatch.contains(Sender(id: "7", username: "123"), ["123"]))
    }

    @Test(arguments: [
        ("#General", "general"), ("Friends of OpenClaw", "friends-of-openclaw"), ("a__b--c!", "a-b-c"),
        ("Åre 2", "åre-2"),
        ("  ", ""),
    ])
    func `places have a plain name`(name: String, slug: String) {
        #expect(Slug.of(name) == slug)
    }
}

struct AckReactionScopeTests {
    static let table: [(AckReactionScope, direct: Bool, open: Bool, unasked: Bool, asked: Bool)] = [
        (.groupMentions, false, false, false, true), (.groupAll, false, true, true, true),
        (.direct, true, false, false, false), (.all, true, true, true, true),
        (.off, false, false, false, false),
        (.none, false, false, false, false),
    ]

    @Test(arguments: table)
    func `a reaction says that a message was received`(
        scope: AckReactionScope, direct: Bool, open: Bool, unasked: Bool, asked: Bool
    ) {
        typealias Message = AckReactionScope.Message
        #expect(scope.includes(Message(kind: .direct, requiresMention: false, isForUs: true)) == direct)
        #expect(scope.includes(Message(kind: .group, requiresMention: false, isForUs: true)) == open)
        #expect(scope.includes(Message(kind: .channel, requiresMention: true, isForUs: false)) == unasked)
        #expect(scope.includes(Message(kind: .group, requiresMention: true, isForUs: true)) == asked)
    }
}
