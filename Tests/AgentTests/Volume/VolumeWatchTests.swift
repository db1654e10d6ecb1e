import Core
import Store
import TestSupport
import Testing

@testable import Agent

/// A volume whose room the test sets.
@MainActor
private final class Volume {
    var space = VolumeSpace(totalBytes: 1024 << 20, freeBytes: 900 << 20)
    var looks = 0

    func fill(to megabytes: Int64) { space.freeBytes = megabytes << 20 }

    func watch(
        _ house: TestHouse, clock: any Clock<Duration> = ContinuousClock(), fly: String? = nil
    ) -> VolumeWatch {
        let watch = VolumeWatch(
            state: house.folder, advice: VolumeAdvice(flyApp: fly, machine: "m1"), database: house.database,
            log: Log("test", to: SilentSink()), clock: clock,
            measure: { [self] in
                looks += 1
                return space
            })
        house.switchboard.volume = watch
        watch.changed = { [weak watch, weak switchboard = house.switchboard] in
            if watch?.isShut == false { switchboard?.reopen() }
        }
        return watch
    }
}

extension TestClock {
    /// Lets time pass for the watch once it sleeps; `others` may sleep beside it.
    fileprivate func pass(_ time: Duration, others: Bool = false) async throws {
        try await eventually("it sleeps") { others ? sleeperCount >= 1 : sleeperCount == 1 }
        advance(by: time)
    }
}

@MainActor
@Suite(.timeLimit(.minutes(1)))
struct VolumeWatchTests {
    @Test func `with room it looks once a minute, and nobody else makes it look`() async throws {
        try await TestHouse.run { house in
            let (volume, clock) = (Volume(), TestClock())
            let watch = volume.watch(house, clock: clock)
            try await with(watch) {
                for _ in 0..<3 { try await house.ask("hi") }
                #expect(watch.refusal == nil && watch.problem == nil)
                #expect(volume.looks == 1)
                try await clock.pass(.seconds(59))
                #expect(volume.looks == 1)
                clock.advance(by: .seconds(1))
                try await eventually("it has looked") { volume.looks == 2 }
            }
        }
    }

    @Test func `a full volume takes nothing in and says why, and a stop is no news`() async throws {
        try await TestHouse.run { house in
            let volume = Volume()
            volume.fill(to: 3)
            let watch = volume.watch(house, fly: "my-app")

            let error = await #expect(throws: SubmitError.self) { try await house.say("hi") }

            let words = error?.message ?? ""
            #expect(words.contains("The volume of `\(house.folder)` is full (3 MB of 1024 MB free)"))
            #expect(words.contains("`fly volumes extend VOLUME --size GB -a my-app`"))
            #expect(watch.notReady == "volume full")
            let stopped = try await house.say("/stop")
            let waiting = try await house.stores.inbox.unansweredCount()
            #expect(stopped == .stopped([]) && waiting == 0)
            #expect(house.models.requests.isEmpty)

            volume.fill(to: 500)
            let outcome = try await house.ask("hi")
            #expect(outcome.status == .ok)
            #expect(watch.level == .roomy && watch.notReady == nil)
        }
    }

    @Test func `a reserve that was tapped shuts the door, and is filled when there is room`() async throws {
        try await TestHouse.run { house in
            let volume = Volume()
            let watch = volume.watch(house)
            let reserve = try #require(house.database.reserve)
            #expect(reserve.giveBack() && reserve.isTapped, "it was made at start")

            volume.fill(to: 3)
            #expect(watch.refusal?.contains("is full") == true && reserve.isTapped)

            volume.fill(to: 500)
            #expect(watch.refusal == nil && !reserve.isTapped)
        }
    }

    @Test func `a volume that becomes read-only shuts the door`() async throws {
        try await TestHouse.run { house in
            let (volume, clock) = (Volume(), TestClock())
            let watch = volume.watch(house, clock: clock, fly: "my-app")
            try await with(watch) {
                volume.space.isReadOnly = true
                try await clock.pass(.seconds(60))
                try await eventually("it is shut") { watch.isShut }
                #expect(watch.notReady == "volume read-only")
                #expect(watch.problem?.contains("`fly machine restart m1 -a my-app`") == true)
            }
        }
    }

    @Test func `what has to come first keeps the door shut, and comes once there is clearly more room`()
        async throws
    {
        try await TestHouse.run { house in
            let volume = Volume()
            volume.fill(to: 100)
            let watch = volume.watch(house)
            #expect(!watch.isShut)

            var tries = 0
            watch.wantRoom { tries += 1 }

            #expect(watch.isShut && watch.problem?.contains("no room for what is to be imported") == true)
            volume.fill(to: 107)
            #expect(watch.refusal != nil && tries == 0)
            for _ in 1...2 {
                volume.fill(to: 109)
                #expect(watch.refusal != nil && tries == 1)
            }
        }
    }

    @Test func `what waits for its turn waits for room`() async throws {
        let gate = Gate()
        let models = ScriptedModels([.hang(gate, before: []), .say(["First."]), .say(["Second."])])
        try await TestHouse.run(models: models) { house in
            let (volume, clock) = (Volume(), TestClock())
            let watch = volume.watch(house, clock: clock)
            try await with(watch) {
                try await house.say("one", id: "r1")
                await models.sawRequests(1)
                try await house.say("two", id: "r2")
                volume.fill(to: 3)
                try await clock.pass(.seconds(60))
                try await eventually("it is shut") { watch.isShut }
                _ = await house.switchboard.abort(session: TestHouse.main, run: "r1", reason: .rpc)
                _ = try await house.outcome(of: "r1")
                #expect(models.requests.count == 1)

                volume.fill(to: 500)
                try await clock.pass(.seconds(5))
                let outcome = try await house.outcome(of: "r2")
                #expect(outcome.status == .ok)
                #expect(models.requests.count == 2)
            }
        }
    }

    @Test func `an answer that could not be stored is made again when there is room`() async throws {
        let gate = Gate()
        let long = String(repeating: "x", count: 1 << 20)
        let models = ScriptedModels([.hang(gate, after: [long]), .say(["Whole."])])
        try await TestHouse.run(models: models) { house in
            let (volume, clock) = (Volume(), TestClock())
            let watch = volume.watch(house, clock: clock)
            try await with(watch) {
                try await house.say("one", id: "r1")
                await models.sawRequests(1)
                try await house.limitPages(1)
                gate.open()
                let failed = try await house.outcome(of: "r1")
                #expect(failed.failure?.kind == .store)
                #expect(watch.notReady == "volume full")

                try await house.limitPages(1_000_000)
                try await clock.pass(.seconds(5), others: true)
                try await eventually("it is open") { !watch.isShut }
                try await eventually("it is answered") {
                    try await house.lines() == ["user: one", "assistant: Whole."]
                }
            }
        }
    }

    private func with(_ watch: VolumeWatch, _ body: @MainActor () async throws -> Void) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { await watch.run() }
            try await body()
            group.cancelAll()
        }
    }
}

extension TestHouse {
    /// As a disk with only so much room.
    fileprivate func limitPages(_ count: Int) async throws {
        _ = try await database.read { connection in
            try connection.first("PRAGMA max_page_count = \(count)") { $0.int(0) }
        }
    }
}
