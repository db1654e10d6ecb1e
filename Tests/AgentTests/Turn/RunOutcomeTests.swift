import Core
import Testing

@testable import Agent

struct RunOutcomeTests {
    @Test
    func `an outcome survives its way through the store`() throws {
        var outcome = RunOutcome(
            status: .error, startedAt: Timestamp(milliseconds: 1), endedAt: Timestamp(milliseconds: 2),
            sessionID: "s",
            text: "half", failure: TurnFailure(kind: .billing, message: "Pay.", provider: "p", model: "m"),
            stopReason: "error")
        outcome.model = ModelReference(provider: "p", model: "m")
        outcome.usage = Usage(input: 3, output: 4)
        outcome.toolNames = ["exec"]

        #expect(RunOutcome(json: try JSON.parse(outcome.json.text)) == outcome)
    }

    @Test(arguments: ["null", "{}", "[]", "{\"status\":\"maybe\"}", "{\"status\":3}"])
    func `what is no outcome is nil`(text: String) throws {
        #expect(RunOutcome(json: try JSON.parse(text)) == nil)
    }

    @Test
    func `a long answer is cut`() {
        let outcome = RunOutcome(status: .ok, startedAt: .now, text: String(repeating: "x", count: 1 << 20))

        #expect(outcome.text?.utf8.count == RunOutcome.mostTextBytes)
    }
}
