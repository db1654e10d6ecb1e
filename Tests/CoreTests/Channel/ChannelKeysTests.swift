import Testing

@testable import Core

struct ChannelKeysTests {
    private let keys = ChannelKeys(
        "enabled token guilds.*.channels.*.allow guilds.*.users actions streaming.mode")

    @Test func `what is read is not listed, wherever it stands`() {
        let section: JSON = [
            "enabled": true, "token": "t", "streaming": "off", "actions": ["pins": false],
            "guilds": ["1": ["users": ["ann"], "channels": ["general": ["allow": true]]]],
            "accounts": ["work": ["token": "u"]],
        ]

        // Where accounts stand is known to every platform.
        #expect(keys.withoutEffect(in: section) == [["accounts"]])
    }

    @Test func `the topmost key that nothing reads is listed, of an account too`() {
        let keys = ChannelKeys("accounts token guilds.*.users")
        let section: JSON = [
            "voice": ["enabled": true], "guilds": ["1": ["slug": "x", "users": []]],
            "accounts": ["work": ["token": "u", "retry": ["attempts": 3]]],
        ]

        #expect(
            keys.withoutEffect(in: section) == [
                ["voice"], ["guilds", "1", "slug"], ["accounts", "work", "retry"],
            ])
    }
}
