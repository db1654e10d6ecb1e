import Agent
import Core
import TestSupport
import Testing

@testable import Gateway

/// Hostile requests to every method: nothing traps, nobody is answered twice, and a refusal says what it is about.
@MainActor
struct RequestFuzzTests {
    @Test
    func `every method is among the calls that are made hostile`() async throws {
        try await House.with(configured: true) { house in
            #expect(Set(house.server.plane.table.names) == Set(Fuzz.calls.map(\.method)))
        }
    }

    @Test(arguments: Generation.allCases)
    func `the calls are fine before they are made hostile`(generation: Generation) async throws {
        try await House.with(configured: true) { house in
            for call in Fuzz.calls {
                let violations = try Self.violations(
                    call.method, try JSON.parse(call.params), house, generation)
                #expect(violations.isEmpty, "\(call.method): \(violations)")
            }
        }
    }

    @Test
    func `no hostile request is answered twice, and a refusal names the member it is about`() async throws {
        for seed in fuzzSeeds(oneIn: 10) {
            var random = SeededGenerator(seed: seed)
            try await House.with(configured: true) { house in
                let generation = Generation.allCases.randomElement(using: &random) ?? .four
                let client = await house.client(generation)
                var asked: [String: Change] = [:]
                for number in 0..<60 {
                    guard let call = Fuzz.calls.randomElement(using: &random) else { return }
                    let change = Change(try JSON.parse(call.params), using: &random)
                    // Such a call rightly waits as long as it says, half a minute when it does not.
                    if call.method == "agent.wait", change.params["timeoutMs"]?.intValue ?? .max > 1000 {
                        continue
                    }
                    asked["f\(number)"] = change
                    client.say([
                        "type": "req", "id": .string("f\(number)"), "method": .string(call.method),
                        "params": change.params,
                    ])
                }
                for (id, change) in asked {
                    let answer = await client.answer(id)
                    change.judge(answer, seed)
                }
                // What was begun has been answered, or is cut off with the house: `agent` alone answers twice.
                let answers = Dictionary(grouping: client.received.filter { $0["type"] == "res" }) {
                    $0["id"]
                }
                for (id, all) in answers where all.count > 1 {
                    let first = all[0]["payload"]?["status"]
                    #expect(all.count == 2 && first == "accepted", "seed \(seed), \(String(describing: id))")
                }
                #expect(await client.call("health", id: "still-here")["ok"] == true, "seed \(seed)")
            }
        }
    }

    @Test
    func `no damaged frame is answered twice, and whole requests after it are answered`() async throws {
        for seed in fuzzSeeds(oneIn: 10) {
            var random = SeededGenerator(seed: seed)
            try await House.with(configured: true) { house in
                let client = await house.client()
                var most: [String: Int] = ["still-here": 1]
                for number in 0..<60 {
                    guard let call = Fuzz.calls.randomElement(using: &random) else { return }
                    let text =
                        #"{"type":"req","id":"f\#(number)","method":"\#(call.method)","params":\#(call.params)}"#
                    let damaged = Fuzz.mutated(Array(text.utf8), using: &random)
                    Self.count(damaged, in: &most)
                    client.connection?.received(damaged)
                }
                #expect(await client.call("health", id: "still-here")["ok"] == true, "seed \(seed)")
                let ids = client.received.filter { $0["type"] == "res" }.compactMap { $0["id"]?.stringValue }
                for (id, all) in Dictionary(grouping: ids, by: { $0 }) where id != "c1" {
                    #expect(all.count <= most[id] ?? 0, "seed \(seed): \(id)")
                }
            }
        }
    }

    /// How often an id may be answered: damage can give two frames the same one, and `agent` answers twice.
    private static func count(_ frame: [UInt8], in most: inout [String: Int]) {
        do throws(RequestFrame.Refusal) {
            let request = try RequestFrame(frame, generation: .four)
            most[request.id, default: 0] += request.method == "agent" ? 2 : 1
        } catch {
            if case .invalid(let id, _) = error { most[id, default: 0] += 1 }
        }
    }

    @Test
    func `a turn may be given more time than there is`() async throws {
        try await House.with { house in
            let client = await house.client()
            let run: JSON = [
                "message": "hi", "agentId": "main", "idempotencyKey": "k1", "timeout": .integer(.max),
            ]
            #expect(await client.call("agent", run)["ok"] == true)
            let send: JSON = [
                "sessionKey": "main", "message": "hi", "idempotencyKey": "k2", "timeoutMs": .integer(.max),
            ]
            #expect(await client.call("chat.send", send)["ok"] == true)
            #expect(await client.final("k2")["state"] == "final")
        }
    }

    private static func violations(
        _ method: String, _ params: JSON, _ house: House, _ generation: Generation
    ) throws -> [String] {
        let found = try house.server.plane.table.method(
            method, role: "operator", scopes: Scopes(Scopes.owner.names), generation)
        do throws(RPCError) {
            try found.check(params, generation)
            return []
        } catch {
            return [error.message]
        }
    }
}

/// One change to good parameters, and what a refusal of it must say.
private struct Change {
    let params: JSON
    private let member: String
    private let kind: Kind

    private enum Kind: CaseIterable { case wrong, missing, unknown, another }

    init(_ good: JSON, using random: inout SeededGenerator) {
        var object = good.objectValue ?? [:]
        let hostile = Fuzz.hostile.randomElement(using: &random) ?? .null
        var kind = Kind.allCases.randomElement(using: &random) ?? .wrong
        let names = object.map { $0.key }
        if names.isEmpty, kind == .wrong || kind == .missing { kind = .unknown }
        var member = names.randomElement(using: &random) ?? ""
        switch kind {
        case .wrong: object[member] = hostile
        case .missing: object[member] = nil
        case .unknown:
            member =
                ["bogus", "\"", "\u{0}", "😀", "__proto__", "a/b~1", ""].randomElement(using: &random) ?? ""
            object[member] = hostile
        case .another: break
        }
        self.kind = kind
        self.member = member
        params = kind == .another ? hostile : .object(object)
    }

    func judge(_ answer: JSON, _ seed: UInt64) {
        #expect(answer["ok"]?.boolValue != nil, "seed \(seed): no answer")
        guard let message = answer["error"]?["message"]?.stringValue else { return }
        #expect(!message.isEmpty && message.utf8.count <= 4096, "seed \(seed)")
        let isOfSchema = message.contains(" params: at ") || message.contains(" params: must ")
        guard message.hasPrefix("invalid "), isOfSchema else { return }
        switch kind {
        case .wrong: #expect(message.contains("at /" + member), "seed \(seed): \(message)")
        case .missing: #expect(message.contains("'\(member)'"), "seed \(seed): \(message)")
        case .unknown: #expect(message.contains("'\(member)'"), "seed \(seed): \(message)")
        case .another:
            let says = message.contains("must ") || message.contains("unexpected property '")
            #expect(says, "seed \(seed): \(message)")
        }
    }
}
