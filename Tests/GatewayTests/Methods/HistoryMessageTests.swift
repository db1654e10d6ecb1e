import Core
import Testing

@testable import Gateway

struct HistoryMessageTests {
    private let place = HistoryMessage.Place(
        id: "m1", sequence: 3, recordedAt: Timestamp(milliseconds: 9), run: "r1")

    @Test
    func `January's clients get what is stored`() {
        let stored = Array(#"{"role":"user","content":[{"type":"text","text":"hi"}]}"#.utf8)

        #expect(HistoryMessage.encoded(stored, role: "user", place: place, .three) == stored)
    }

    @Test
    func `today's get a person's words as text, and where the message stands`() throws {
        let stored =
            #"{"role":"user","content":[{"type":"text","text":"hi"}],"timestamp":5,"idempotencyKey":"k:user"}"#

        let json = try JSON.parse(
            HistoryMessage.encoded(Array(stored.utf8), role: "user", place: place, .four))

        #expect(
            json == [
                "role": "user", "content": "hi", "timestamp": 5, "idempotencyKey": "k:user",
                "__openclaw": [
                    "id": "m1", "seq": 3, "recordTimestampMs": 9, "idempotencyKey": "k:user", "runId": "r1",
                ],
            ])
    }

    @Test(arguments: [
        #"{"role":"user","content":[{"type":"text","text":"hi"},{"type":"image","data":"AA==","mimeType":"image/png"}]}"#,
        #"{"role":"user","content":[]}"#,
    ])
    func `a message that is more than text keeps its blocks`(stored: String) throws {
        let json = try JSON.parse(
            HistoryMessage.encoded(Array(stored.utf8), role: "user", place: place, .four))

        #expect(json["content"] == (try JSON.parse(stored))["content"])
    }

    @Test
    func `an answer that failed says why, where today's clients look for words`() throws {
        let stored = #"{"role":"assistant","content":[],"stopReason":"error","errorMessage":"No key."}"#

        let json = try JSON.parse(
            HistoryMessage.encoded(Array(stored.utf8), role: "assistant", place: place, .four))

        #expect(json["content"] == [["type": "text", "text": "No key."]])
        #expect(json["errorMessage"] == "No key.")
    }

    @Test(arguments: ["{}", "not json", #"{"a":1"#, ""])
    func `a damaged row never traps`(stored: String) {
        _ = HistoryMessage.encoded(Array(stored.utf8), role: "user", place: place, .four)
        _ = HistoryMessage.encoded(Array(stored.utf8), role: "assistant", place: place, .four)
    }
}

@MainActor
struct HistoryCacheTests {
    private func key(_ session: String) -> HistoryCache.Key {
        HistoryCache.Key(
            session: SessionKey(session), spelling: session, limit: 50, maxBytes: 1 << 20, generation: .four)
    }

    @Test
    func `a page is kept until its session changes`() {
        let cache = HistoryCache()
        cache.keep([1], for: key("a"), readAt: cache.epoch)
        cache.keep([2], for: key("b"), readAt: cache.epoch)

        cache.forget("a")

        #expect(cache[key("a")] == nil)
        #expect(cache[key("b")] == [2])
    }

    @Test
    func `what was read before a change is not kept after it`() {
        let cache = HistoryCache()
        let before = cache.epoch

        cache.forget("a")
        cache.keep([1], for: key("a"), readAt: before)

        #expect(cache[key("a")] == nil)
    }

    @Test
    func `many pages and large pages do not fill the memory`() {
        let cache = HistoryCache()

        for number in 0..<200 {
            cache.keep([UInt8](repeating: 7, count: 100_000), for: key("s\(number)"), readAt: cache.epoch)
        }
        cache.keep([UInt8](repeating: 7, count: 1 << 20), for: key("large"), readAt: cache.epoch)

        let kept = (0..<200).filter { cache[key("s\($0)")] != nil }
        #expect(kept.count <= 21 && kept.last == 199)
        #expect(cache[key("large")] == nil)
    }
}
