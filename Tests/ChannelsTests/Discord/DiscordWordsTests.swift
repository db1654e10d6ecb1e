import Core
import TestSupport
import Testing

@testable import Channels

struct RefusalWordsTests {
    @Test(arguments: [
        (50001, "View Channel"), (50007, "direct messages"), (50013, "Send Messages"), (40005, "10 MB"),
        (160005, "locked"),
    ])
    func `a refusal says what to do`(code: Int, words: String) {
        let sentence = RefusalWords.sentence(status: 403, code: code, message: "Nope", errors: nil)

        #expect(sentence.contains(words) && sentence.contains(String(code)))
    }

    @Test func `errors of a form name the place`() {
        let errors: JSON = [
            "embeds": [
                "0": ["title": ["_errors": [["code": "X", "message": "Must be 256 or fewer in length."]]]]
            ]
        ]

        let sentence = RefusalWords.sentence(
            status: 400, code: 50035, message: "Invalid Form Body", errors: errors)

        #expect(sentence.contains("`embeds.0.title` Must be 256 or fewer in length."))
    }

    @Test(arguments: [4004, 4010, 4011, 4012, 4013, 4014])
    func `a close that nothing but a change helps has words`(code: Int) {
        #expect(GatewayRefusal.words(code)?.contains(String(code)) == true)
    }

    @Test(arguments: [1000, 1001, 1006, 4000, 4001, 4002, 4003, 4005, 4007, 4008, 4009])
    func `other closes are tried again`(code: Int) {
        #expect(GatewayRefusal.words(code) == nil)
    }
}

struct DiscordEmojiTests {
    @Test(arguments: [
        ("👍", "👍"), (" 👍\n", "👍"), ("<:tea:123>", "tea:123"), ("<a:tea:123>", "tea:123"),
        ("tea:123", "tea:123"),
        (":tea:123:", "tea:123"), ("tea", "tea"),
    ])
    func `emoji are spelled as the API wants them`(written: String, spelled: String) {
        #expect(DiscordEmoji.spelling(written) == spelled)
    }
}

struct DiscordTimeTests {
    @Test(
        arguments: [
            ("2026-01-29T08:05:03.120000+00:00", "2026-01-29T08:05:03.000Z"),
            ("2024-02-29T23:59:59Z", "2024-02-29T23:59:59.000Z"),
            ("", nil), ("yesterday", nil), ("2026-13-29T08:05:03", nil), ("99999-01-01T00:00:00", nil),
        ] as [(String, String?)])
    func `moments are read`(text: String, moment: String?) {
        #expect(DiscordTime.parse(text)?.iso8601 == moment)
    }
}

struct SnowflakeTests {
    @Test func `an id tells when it was made`() {
        // The example of Discord's reference.
        #expect(Snowflake("175928847299117063")?.timestamp.milliseconds == 1_462_015_105_796)
        #expect(Snowflake(at: Timestamp(milliseconds: 1_462_015_105_796)) <= 175_928_847_299_117_063)
        #expect(Snowflake(at: Timestamp(milliseconds: 0)) == 0)
    }

    @Test(arguments: ["", "-1", "+1", " 1", "1.0", "0x10", "18446744073709551616", "１"])
    func `what is no number of 64 bits is no id`(text: String) {
        #expect(Snowflake(text) == nil)
    }
}

struct DiscordPermissionsTests {
    private let guild: JSON = [
        "id": "500", "owner_id": "1",
        "roles": [["id": "500", "permissions": "1024"], ["id": "77", "permissions": "2048"]],
    ]

    @Test func `the channel's rules come after the guild's, and the person's last`() {
        let channel: JSON = [
            "permission_overwrites": [
                ["id": "500", "type": 0, "allow": "0", "deny": "1024"],
                ["id": "77", "type": 0, "allow": "64", "deny": "2048"],
                ["id": "42", "type": 1, "allow": "1024", "deny": "0"],
            ]
        ]

        let bits = DiscordPermissions.of(42, roles: [77], guild: guild, channel: channel)

        #expect(DiscordPermissions.names(bits) == ["AddReactions", "ViewChannel"])
    }

    @Test func `an owner may do everything`() {
        #expect(DiscordPermissions.of(1, roles: [], guild: guild, channel: [:]) == .max)
    }
}

struct VoiceRecordingTests {
    /// One page of Ogg with packets of these sizes.
    private func page(granule: UInt64, _ packets: [[UInt8]]) -> [UInt8] {
        var page = Array("OggS".utf8) + [0, 0]
        page += (0..<8).map { UInt8(truncatingIfNeeded: granule >> (8 * UInt64($0))) }
        page += [UInt8](repeating: 0, count: 12) + [UInt8(packets.count)]
        page += packets.map { UInt8($0.count) }
        return page + packets.flatMap { $0 }
    }

    @Test func `length and loudness are read off the pages`() throws {
        let bytes =
            page(granule: 0, [Array("OpusHead".utf8) + [1, 1]])
            + page(granule: 48_000, [[UInt8](repeating: 1, count: 100), [UInt8](repeating: 1, count: 50)])
            + page(granule: 72_000, [[UInt8](repeating: 1, count: 25)])

        let recording = try #require(VoiceRecording(bytes))

        #expect(recording.seconds == 1.5)
        #expect(recording.waveform == [255, 127, 63])
    }

    @Test func `what is no Opus in Ogg is no recording, wherever it is cut`() {
        let whole = page(granule: 0, [Array("OpusHead".utf8)]) + page(granule: 48_000, [[1, 2, 3]])

        #expect(VoiceRecording([]) == nil && VoiceRecording(Array("RIFF....WAVE".utf8)) == nil)
        for length in 0..<whole.count { _ = VoiceRecording(Array(whole.prefix(length))) }
    }
}

struct DiscordWireFuzzTests {
    /// Whatever has the right keys and the wrong values.
    private static func junk(_ generator: inout SeededGenerator, depth: Int = 0) -> JSON {
        let keys = [
            "id", "channel_id", "guild_id", "author", "member", "user", "content", "type", "flags",
            "mentions",
            "mention_roles", "attachments", "embeds", "poll", "question", "answers", "poll_media", "text",
            "referenced_message", "message_snapshots", "message", "emoji", "name", "options", "data", "token",
            "application_id", "custom_id", "values", "sticker_items", "op", "d", "s", "t", "roles", "threads",
            "url",
        ]
        switch Int.random(in: 0..<(depth > 4 ? 6 : 9), using: &generator) {
        case 0: return .null
        case 1: return .bool(.random(using: &generator))
        case 2: return .integer(.random(in: .min ... .max, using: &generator))
        case 3: return .number(.random(in: -1e300...1e300, using: &generator))
        case 4: return .string(String(UInt64.random(in: 0 ... .max, using: &generator)))
        case 5:
            return .string(
                ["", "<@", "<@1000>", "<t:99999999999999999:R>", "c1:", "::", "🫖"].randomElement(
                    using: &generator) ?? "")
        case 6: return .array((0..<3).map { _ in junk(&generator, depth: depth + 1) })
        default:
            var object = JSONObject()
            for _ in 0..<(depth < 2 ? 14 : 5) {
                object[keys.randomElement(using: &generator) ?? ""] = junk(&generator, depth: depth + 1)
            }
            return .object(object)
        }
    }

    @Test
    func `nothing that Discord could send traps`() {
        for seed in fuzzSeeds() {
            var generator = SeededGenerator(seed: seed)
            for _ in 0..<50 {
                let json = Self.junk(&generator)
                if let message = DiscordMessage(json: json) {
                    _ = IncomingMapping.sample(json).message(message, at: .thread)
                }
                if let reaction = DiscordReaction(json: json, isAdded: true) {
                    _ = IncomingMapping.sample(json).notice(reaction, author: 1000, at: .general)
                }
                if let interaction = DiscordInteraction(json: json) {
                    _ = CommandMapping.text(interaction)
                    _ = ButtonRows.press(interaction.customID)
                }
                _ = GatewayFrame(json.encoded())
                _ = DiscordPlace(json: json)
                _ = DiscordGuild(json: json, bot: 1000)
                _ = DiscordSettings(json)
                _ = GuildRules(["guilds": json]).rule(for: .general, parent: nil, in: home)
                _ = RefusalWords.sentence(status: 400, code: 0, message: "", errors: json)
                _ = DiscordPermissions.of(1, roles: [], guild: json, channel: json)
                var session = GatewaySession(json: json, fingerprint: "", login: "")
                session.begin(json)
                _ = SeenMessages(json: json)
            }
        }
    }
}
