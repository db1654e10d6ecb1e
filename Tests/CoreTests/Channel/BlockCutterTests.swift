import Testing

@testable import Core

struct BlockCutterTests {
    private static func cutter(_ coalescing: JSON, chunk: JSON = ["minChars": 5, "maxChars": 20])
        -> BlockCutter
    {
        var streaming = BlockStreaming()
        streaming.chunk = DraftChunk(json: chunk)
        streaming.coalescing = BlockCoalescing(json: coalescing)
        let rules = ChannelRules(
            section: [:], shared: [:], messages: [:],
            defaults: ChannelRules.Defaults(
                historyLimit: 1, replyMode: .off, mostFileMegabytes: 1, streaming: .off))
        return BlockCutter(streaming, for: rules, longest: 2_000)
    }

    private static func parts(_ text: String, _ stops: BlockStops) -> [String] {
        TextSplitter(limits: MessageLimits(longest: 2_000, unit: .utf16)).split(text, at: stops)
    }

    @Test func `a chunk is sent when no further one comes, once there is enough of them`() {
        var cutter = Self.cutter(["minChars": 10])

        var looks = ["One two.\n\nThree", "One two.\n\nThree"].map { cutter.look(at: $0) }
        #expect(looks == [true, false] && cutter.stops.offsets.isEmpty)
        looks = ["One two.\n\nThree four.\n\nFi", "One two.\n\nThree four.\n\nFi"].map { cutter.look(at: $0) }
        #expect(looks == [true, false])

        #expect(Self.parts(cutter.stops.text, cutter.stops) == ["One two.\n\nThree four."])
        #expect(
            Self.parts("One two.\n\nThree four.\n\nFive six.", cutter.stops) == [
                "One two.\n\nThree four.", "Five six.",
            ])
    }

    @Test func `a block is no longer than it may be`() {
        var cutter = Self.cutter(["minChars": 1, "maxChars": 24, "idleMs": 5])
        let text = "One two.\n\nThree four.\n\nFive six.\n\nSeven."

        let isUnfinished = cutter.look(at: text)

        #expect(isUnfinished && cutter.idle == .milliseconds(5))
        #expect(Self.parts(cutter.stops.text, cutter.stops) == ["One two.\n\nThree four."])
    }

    @Test func `what was taken back is cut anew`() {
        var cutter = Self.cutter(["minChars": 1])
        _ = cutter.look(at: "One two.\n\nThree")
        _ = cutter.look(at: "One two.\n\nThree")
        #expect(cutter.stops.text == "One two.\n")

        _ = cutter.look(at: "")
        #expect(cutter.stops == BlockStops())
        _ = cutter.look(at: "Six seven.\n\nThree")
        _ = cutter.look(at: "Six seven.\n\nThree")

        #expect(Self.parts(cutter.stops.text, cutter.stops) == ["Six seven."])
        #expect(Self.parts("Another answer. It is.", cutter.stops) == ["Another answer. It is."])
    }

    @Test func `code is not cut unless it is longer than a chunk`() {
        var cutter = Self.cutter(["minChars": 1])
        let beginning = "Look:\n```\none\n\ntwo"

        _ = cutter.look(at: beginning)
        _ = cutter.look(at: beginning)
        #expect(Self.parts(cutter.stops.text, cutter.stops) == ["Look:"])
        _ = cutter.look(at: beginning + "\n\nthree\n\nfour\n\nfive")
        _ = cutter.look(at: beginning + "\n\nthree\n\nfour\n\nfive")

        let parts = Self.parts(cutter.stops.text, cutter.stops)
        #expect(parts.count == 2 && parts[1].hasPrefix("```\none") && parts[1].hasSuffix("```"))
    }

    @Test(arguments: [(HumanDelay.Mode.off, 0, 0), (.natural, 800, 2500), (.custom, 100, 300)])
    func `the pause lies between its bounds`(mode: HumanDelay.Mode, least: Int, most: Int) {
        var delay = HumanDelay()
        delay.mode = mode
        if mode == .custom { (delay.least, delay.most) = (.milliseconds(100), .milliseconds(300)) }

        #expect(delay.pause(0) == .milliseconds(least) && delay.pause(1) == .milliseconds(most))
    }
}
