import Core
import TestSupport
import Testing

@testable import Store

struct ImportedMessageTests {
    private func stored(_ line: String) throws -> JSON? {
        try ImportedMessage(event: JSON.parse(line)).map { try JSON.parse($0.row.json) }
    }

    @Test func `text becomes blocks and a written time a number`() throws {
        let message = try stored(
            #"{"type":"message","id":"a","timestamp":"2026-11-22T15:05:13.800Z","message":{"role":"user","content":"hi","x":1}}"#
        )
        #expect(
            message == [
                "role": "user", "content": [["type": "text", "text": "hi"]], "x": 1,
                "timestamp": 1_795_359_913_800,
            ])
    }

    @Test(arguments: [
        #"{"type":"session","id":"a"}"#, #"{"type":"message"}"#, #"{"message":{}}"#, #"{"message":"x"}"#, "7",
        "null",
        #"{"message":{"role":5}}"#,
    ]) func `a line that is no message gives none`(line: String) throws {
        #expect(try stored(line) == nil)
    }

    @Test(arguments: [
        ("hi", "hi"), ("hi\n[message_id: 12]", "hi"), ("[message_id: 12]", ""),
        ("[WebChat agent:main:main +2m 2026-02-17T10:15Z] hi there", "hi there"),
        ("[Telegram Ada id:7 2026-02-17 10:15 CET] hej\n[message_id: 7]", "hej"),
        ("[2026-02-17T10:15Z] x", "x"), ("[2026-02-17 10:15] x", "x"), ("[Discord #general] x", "x"),
        ("[[err:500]]", "[[err:500]]"), ("[x] keep", "[x] keep"),
        ("[2026-02-17T10:15] keep", "[2026-02-17T10:15] keep"),
        ("[Discord", "[Discord"), ("[DiscordX] keep", "[DiscordX] keep"),
        ("say [message_id: 3] here", "say [message_id: 3] here"),
    ]) func `the original's header is taken off what people said`(text: String, words: String) {
        #expect(Envelope.stripped(text) == words)
    }

    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:00.5Z", 500), ("1969-12-31T23:59:59.999Z", -1),
            ("2026-11-22T15:05:13.800Z", 1_795_359_913_800),
            ("2024-02-29T12:00:00.123456Z", 1_709_208_000_123),
            ("2000-03-01T00:00:00Z", 951_868_800_000),
        ] as [(String, Int64)]) func `a written time is read`(text: String, milliseconds: Int64)
    {
        #expect(Timestamp(iso8601: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "Z", "2026-11-22", "2026-11-22T15:05:13+01:00", "2026-13-22T15:05:13Z", "202x-11-22T15:05:13Z",
    ])
    func `another form is no time`(text: String) {
        #expect(Timestamp(iso8601: text) == nil)
    }

    @Test func `no text traps`() {
        var random = SeededGenerator(seed: 7)
        let letters = Array("0123456789-T:.Z[] \nåmessage_id")
        for _ in 0..<2_000 {
            let text = String(
                (0..<Int.random(in: 0...40, using: &random)).map { _ in
                    letters.randomElement(using: &random) ?? "x"
                })
            _ = Envelope.stripped("[" + text)
            _ = Timestamp(iso8601: text)
        }
    }
}
