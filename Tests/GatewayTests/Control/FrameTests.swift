import Core
import TestSupport
import Testing
import Wire

@testable import Gateway

struct FrameTests {
    @Test(arguments: [
        (
            #"{"type":"req","id":"z1"}"#, "z1", "must have required property 'method'",
            "must have required property 'method'"
        ),
        (
            #"{"foo":1}"#, "invalid",
            "must have required property 'type'; must have required property 'id'; must have required property 'method'; at root: unexpected property 'foo'",
            "must have required property 'type'; at root: unexpected property 'foo'"
        ),
        (
            #"{"type":"req","id":"z2","method":"health","params":{},"extra":1}"#, "z2",
            "at root: unexpected property 'extra'", "at root: unexpected property 'extra'"
        ),
        (
            #"{"type":"ping"}"#, "invalid",
            "must have required property 'id'; must have required property 'method'; at /type: must be equal to constant",
            "must have required property 'id'; at /type: must be equal to constant"
        ),
        ("[1,2,3]", "invalid", "must be object", "must be object"),
    ])
    func `a message that is no request is told why, in the words of its generation`(
        text: String, id: String, three: String, four: String
    ) {
        for (generation, reason) in [(Generation.three, three), (.four, four)] {
            do throws(RequestFrame.Refusal) {
                _ = try RequestFrame(Array(text.utf8), generation: generation)
                Issue.record("taken: \(text)")
            } catch {
                guard case .invalid(let foundID, let found) = error else {
                    Issue.record("\(error)")
                    continue
                }
                #expect(foundID == id)
                #expect(found == reason)
            }
        }
    }

    @Test
    func `null params are no params`() throws {
        let frame = try RequestFrame(
            Array(#"{"type":"req","id":"a","method":"health","params":null}"#.utf8), generation: .three)

        #expect(frame.params == nil)
    }

    @Test
    func `an event differs between connections only in its end`() throws {
        let body = EventBody(
            "presence", payload: Array("{}".utf8), stateVersion: StateVersion(presence: 2, health: 3))

        let frame = try JSON.parse(body.text + EventBody.end(sequence: 7))

        #expect(
            frame == [
                "type": "event", "event": "presence", "payload": [:], "seq": 7,
                "stateVersion": ["presence": 2, "health": 3],
            ])
    }

    @Test(arguments: [1, 9, 10, 99, 100, 1_234_567, .max])
    func `an event's end is the connection's number and the last brace`(number: Int) {
        #expect(EventBody.end(sequence: number) == "\(number)}")
    }

    @Test
    func `an error holds no member that is null`() throws {
        let frame = try JSON.parse(OutgoingFrame.failure(to: "x\"y", .invalid("no")))

        #expect(
            frame == [
                "type": "res", "id": "x\"y", "ok": false,
                "error": ["code": "INVALID_REQUEST", "message": "no"],
            ])
    }

    @Test
    func `no message traps, and one that is taken has an id and a method`() {
        for seed in fuzzSeeds() {
            var random = SeededGenerator(seed: seed)
            let text = Fuzz.requests.randomElement(using: &random) ?? ""
            let bytes = Fuzz.mutated(Array(text.utf8), using: &random)

            for generation in Generation.allCases {
                guard let frame = try? RequestFrame(bytes, generation: generation) else { continue }
                #expect(!frame.id.isEmpty && !frame.method.isEmpty)
                _ = try? Handshake.read(frame.params ?? [:])
            }
        }
    }
}

extension EventBody {
    var text: String { bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }
}
