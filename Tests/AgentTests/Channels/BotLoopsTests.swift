import Core
import Testing

@testable import Agent

struct BotLoopsTests {
    private let chat = Address(channel: "test", chat: "room")
    private let start = ContinuousClock.now

    private func rule(_ section: JSON) -> BotLoopRule { BotLoopRule(section) }

    private func admitted(_ seconds: [Int], _ rule: BotLoopRule) -> [Bool] {
        var loops = BotLoops()
        return seconds.map { loops.admits("bot", in: chat, rule, at: start + .seconds($0)) }
    }

    @Test func `a bot that writes too often is left alone for a while, and then heard again`() {
        let rule = rule(["maxEventsPerWindow": 2, "windowSeconds": 10, "cooldownSeconds": 30])

        #expect(admitted([0, 1, 2, 31, 32, 33, 34], rule) == [true, true, false, false, true, true, false])
    }

    @Test func `a bot that writes seldom is always heard`() {
        let rule = rule(["maxEventsPerWindow": 2, "windowSeconds": 10])

        #expect(!admitted(Array(stride(from: 0, to: 100, by: 5)), rule).contains(false))
    }

    @Test func `each chat and each bot counts by itself, and the guard can be turned off`() {
        var loops = BotLoops()
        let one = rule(["maxEventsPerWindow": 1])
        let other = Address(channel: "test", chat: "other")

        let heard = [("a", chat), ("b", chat), ("a", other), ("a", chat)]
            .map { loops.admits($0.0, in: $0.1, one, at: start) }
        let isHeardUnguarded = loops.admits("a", in: chat, rule(["enabled": false]), at: start)

        #expect(heard == [true, true, true, false] && isHeardUnguarded)
    }

    @Test func `very many bots are forgotten one by one, and not counted wrong`() {
        var loops = BotLoops()
        let one = rule(["maxEventsPerWindow": 1])

        let heard = (0..<2_000).map { loops.admits("bot\($0)", in: chat, one, at: start + .seconds($0)) }

        let isHeardAgain = loops.admits("bot1999", in: chat, one, at: start + .seconds(2_000))

        #expect(!heard.contains(false) && !isHeardAgain)
    }
}
