import Core
import Testing

@testable import Channels

struct TelegramQuietTests {
    private let now = ContinuousClock.now

    @Test func `a chat that is refused waits alone`() {
        var quiet = TelegramQuiet()
        quiet.refused("-1", for: .seconds(25), at: now)
        #expect(quiet.left(for: "-1", at: now) == .seconds(25))
        #expect(quiet.left(for: "-2", at: now) == nil)
        #expect(quiet.left(for: "-1", at: now + .seconds(25)) == nil)
    }

    @Test func `when a second one is refused meanwhile, all wait`() {
        var quiet = TelegramQuiet()
        quiet.refused("-1", for: .seconds(25), at: now)
        quiet.refused("-2", for: .seconds(9), at: now)
        #expect(quiet.left(for: "-3", at: now) == .seconds(9))
        #expect(quiet.left(for: "-1", at: now) == .seconds(25))
    }

    @Test func `one whose time is over is no second one`() {
        var quiet = TelegramQuiet()
        quiet.refused("-1", for: .seconds(5), at: now)
        quiet.refused("-2", for: .seconds(5), at: now + .seconds(6))
        #expect(quiet.left(for: "-3", at: now + .seconds(6)) == nil)
    }

    @Test func `a shorter wait does not end a longer one`() {
        var quiet = TelegramQuiet()
        quiet.refused("-1", for: .seconds(25), at: now)
        quiet.refused("-1", for: .seconds(1), at: now)
        #expect(quiet.left(for: "-1", at: now) == .seconds(25))
    }

    @Test func `a restart forgets none, and a clock that is set back makes none longer`() throws {
        var quiet = TelegramQuiet()
        quiet.refused("-1", for: .seconds(25), at: now)
        quiet.refused("-2", for: .seconds(9), at: now)
        let again = TelegramQuiet(json: quiet.json(at: now), at: now)
        #expect(try #require(again.left(for: "-1", at: now)) > .seconds(23))
        #expect(try #require(again.left(for: "-3", at: now)) > .seconds(7))

        let later = (Timestamp.now + .seconds(5000)).json
        let kept: JSON = ["all": ["until": later, "milliseconds": 3000], "chats": [:]]
        #expect(try #require(TelegramQuiet(json: kept, at: now).left(for: "-1", at: now)) <= .seconds(3))
    }
}
