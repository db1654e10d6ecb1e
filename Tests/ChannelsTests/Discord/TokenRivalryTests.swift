import Core
import Testing

@testable import Channels

struct PostMarkTests {
    private let key = "0123456789abcdef012345678"

    @Test(arguments: [
        PostMark(gateway: 7, answered: 1_398_000_000_000_000_000),
        PostMark(gateway: 1 << 48 - 1, answered: Snowflake(rawValue: .max)), PostMark(gateway: 0),
        PostMark(gateway: 7, answered: 1_398_000_000_000_000_000, isAside: true),
    ])
    func `a nonce tells who posted what in answer to what, and is no longer than Discord takes`(
        mark: PostMark
    ) {
        let nonce = mark.nonce(key: key)

        #expect(nonce.utf8.count == 25)
        #expect(PostMark(nonce: nonce) == mark)
        #expect(mark.nonce(key: key) == nonce)
    }

    @Test(arguments: [nil, Snowflake(rawValue: 9)])
    func `two parts of one answer have two nonces`(answered: Snowflake?) {
        let mark = PostMark(gateway: 7, answered: answered)
        #expect(mark.nonce(key: key) != mark.nonce(key: "1" + key.dropFirst()))
    }

    @Test func `a key of before there were marks is sent as it is`() {
        let old = String(key.prefix(24))
        #expect(PostMark(gateway: 7).nonce(key: old) == old)
    }

    @Test(arguments: [
        nil, "", "17", "0123456789abcdef01234567", "a☃️23456789abcdef0123456", "azzzzzzzzzzzzzzzzzzzzzzzz",
    ])
    func `other nonces say nothing`(nonce: String?) { #expect(PostMark(nonce: nonce) == nil) }

    @Test func `who came later has the larger number, whatever chance says`() {
        let first = PostMark.newGateway(at: Timestamp(milliseconds: 1_764_000_000_000), chance: .max)
        let later = PostMark.newGateway(at: Timestamp(milliseconds: 1_764_000_000_001), chance: 0)
        #expect(first < later && later < 1 << 48)
        #expect(PostMark.newGateway(at: Timestamp(milliseconds: .min), chance: 1) == 1)
    }
}

struct TokenRivalryTests {
    private let start = ContinuousClock.now
    private let today = Timestamp(milliseconds: 1_764_000_000_000)
    private let room: Snowflake = 600
    private let elder: UInt64 = 1
    private let younger: UInt64 = 2

    private func id(_ seconds: Int) -> Snowflake { Snowflake(at: today + .seconds(seconds)) }

    /// Tells it that a gateway has answered what was asked in a second, one second later.
    @discardableResult
    private func saw(
        _ rivalry: inout TokenRivalry, _ gateway: UInt64, _ asked: Int?, isLive: Bool = true,
        at second: Int? = nil
    ) -> TokenRivalry.Change {
        let moment = second ?? (asked ?? 0) + 1
        return rivalry.saw(
            PostMark(gateway: gateway, answered: asked.map { id($0) }), id((asked ?? moment) + 1), in: room,
            isLive: isLive, at: start + .seconds(moment), today: today + .seconds(moment))
    }

    private func hold(_ rivalry: inout TokenRivalry, _ second: Int) {
        rivalry.hold(id(second), in: room, at: start + .seconds(second))
    }

    private func standingDown() -> TokenRivalry {
        var rivalry = TokenRivalry(own: younger)
        saw(&rivalry, elder, 0)
        return rivalry
    }

    @Test func `of two exactly the younger stands down`() {
        var (first, second) = (TokenRivalry(own: elder), TokenRivalry(own: younger))
        #expect(saw(&first, younger, 0) == .isElder && saw(&second, elder, 0) == .standsDown)
        #expect(!first.isStandingDown && second.isStandingDown)
        #expect(saw(&second, elder, 5) == .none, "it is said once")
    }

    @Test func `our own messages of before a restart are nobody else's`() {
        var rivalry = TokenRivalry(own: younger)
        #expect(saw(&rivalry, younger, 0) == .none)
        #expect(!rivalry.isStandingDown && !rivalry.isAnswered(id(0), in: room))
    }

    @Test func `what was said long ago does not say who is there`() {
        var rivalry = TokenRivalry(own: younger)
        saw(&rivalry, elder, 0, isLive: false, at: 301)
        #expect(!rivalry.isStandingDown && rivalry.isAnswered(id(0), in: room))
        saw(&rivalry, elder, 10, isLive: false, at: 60)
        #expect(rivalry.isStandingDown)
    }

    @Test func `it is this one's turn when the other is silent about something for long enough`() {
        var rivalry = standingDown()
        #expect(rivalry.deadline == nil, "nothing waits")
        hold(&rivalry, 100)
        hold(&rivalry, 120)
        #expect(rivalry.deadline == start + .seconds(145))

        saw(&rivalry, elder, nil, at: 130)
        #expect(rivalry.deadline == start + .seconds(175), "it was heard")
        saw(&rivalry, elder, 100, at: 140)
        #expect(rivalry.waiting == [room: [id(120)]] && rivalry.deadline == start + .seconds(185))
        saw(&rivalry, elder, 120, at: 150)
        #expect(rivalry.waiting.isEmpty && rivalry.deadline == nil)
    }

    @Test func `who was wrong waits longer the next time, up to a quarter of an hour`() {
        var rivalry = standingDown()
        var waits: [Duration] = []
        for second in stride(from: 1000, to: 8000, by: 1000) {
            hold(&rivalry, second)
            waits.append((start + .seconds(second)).duration(to: rivalry.deadline ?? start))
            rivalry.takeOver(at: start + .seconds(second + 900))
            saw(&rivalry, elder, second, at: second + 901)
        }
        #expect(waits == [45, 90, 180, 360, 720, 900, 900].map { .seconds($0) })

        rivalry.takeOver(at: start + .seconds(9000))
        saw(&rivalry, elder, 20_000)
        hold(&rivalry, 20_100)
        #expect(rivalry.deadline == start + .seconds(20_145))
    }

    @Test func `after it took over, what waits is there until it was taken in`() {
        var rivalry = standingDown()
        hold(&rivalry, 10)
        hold(&rivalry, 11)
        rivalry.takeOver(at: start + .seconds(60))
        #expect(
            !rivalry.isStandingDown && rivalry.deadline == nil && rivalry.waiting == [room: [id(10), id(11)]])
        rivalry.took([id(10)], in: room)
        #expect(rivalry.waiting == [room: [id(11)]])
    }

    @Test func `a restart forgets nothing of it`() throws {
        var rivalry = standingDown()
        hold(&rivalry, 10)

        let restored = try known(TokenRivalry(json: rivalry.json, at: start + .seconds(500)))

        #expect(restored.own == younger && restored.isStandingDown && restored.waiting == rivalry.waiting)
        #expect(restored.deadline == start + .seconds(545))
    }

    @Test(arguments: [nil, .null, [:], ["id": 7], ["id": "x"], ["id": "-1"]] as [JSON?])
    func `what makes no sense is no number`(json: JSON?) {
        #expect(TokenRivalry(json: json, at: start) == nil)
    }

    @Test func `the younger leaves an answer to the elder, and the elder says its own`() {
        var (first, second) = (TokenRivalry(own: elder), standingDown())
        #expect(second.verdict(on: id(5), in: room, start: today, today: today) == .wait)
        saw(&second, elder, 5)
        #expect(
            second.verdict(on: id(5), in: room, start: today, today: today + .seconds(7)) == .answered(id(6)))

        saw(&first, younger, 5)
        #expect(
            first.verdict(on: id(5), in: room, start: today, today: today + .seconds(7)) == .say,
            "so that it is seen")
        #expect(
            first.verdict(on: id(5), in: room, start: today, today: today + .seconds(60)) == .answered(id(6)))
        #expect(first.verdict(on: id(9), in: room, start: today, today: today + .seconds(60)) == .say)
        let late = today + .seconds(7)
        #expect(first.verdict(on: id(5), in: room, start: late, today: late) == .answered(id(6)), "not twice")
    }

    @Test func `who has answered a command has not answered what was said before it`() {
        var rivalry = standingDown()
        for second in [5, 6, 7] { hold(&rivalry, second) }

        let mark = PostMark(gateway: elder, answered: id(6), isAside: true)
        _ = rivalry.saw(mark, id(8), in: room, isLive: true, at: start + .seconds(8), today: today)

        #expect(rivalry.waiting == [room: [id(5), id(7)]])
        #expect(!rivalry.isAnswered(id(5), in: room) && rivalry.isAnswered(id(6), in: room))
        let late = today + .seconds(60)
        #expect(rivalry.verdict(on: id(6), in: room, start: late, today: late) == .answered(id(8)))
        #expect(rivalry.verdict(on: id(5), in: room, start: late, today: late) == .wait)
    }

    @Test func `a place holds as many messages as are read at once`() {
        var rivalry = standingDown()
        for second in 10..<(20 + TokenRivalry.mostWaiting) { hold(&rivalry, second) }
        hold(&rivalry, 30)
        #expect(rivalry.waiting[room]?.count == TokenRivalry.mostWaiting)
        #expect(rivalry.waiting[room]?.first == id(20))
    }

    @Test func `on another machine it has another number, and knows the one it had`() throws {
        var rivalry = TokenRivalry(own: elder)
        rivalry.hold(id(1), in: room, at: start)
        rivalry.move(to: "2222", as: younger)

        let restored = try #require(TokenRivalry(json: rivalry.json, at: start))

        #expect(restored.own == younger && restored.former == elder && restored.machine == "2222")
        #expect(restored.waiting == [room: [id(1)]] && !restored.isStandingDown)
        let born = PostMark.newGateway(at: today, chance: 3)
        #expect(PostMark.birth(of: born) == today)
    }
}
