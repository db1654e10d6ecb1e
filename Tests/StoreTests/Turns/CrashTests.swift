import Core
import TestSupport
import Testing

@testable import Store

/// The log is cut at any byte, as a crash of the machine may leave it.
@Suite(.timeLimit(.minutes(1)))
struct CrashTests {
    private let key: SessionKey = "agent:main:main"

    /// Twelve turns, of which each is in the log as three transactions.
    private func talked() async throws -> TestStores {
        let world = try TestStores()
        // What came before is in the file already; the log holds the turns only.
        _ = try await world.stores.sessions.ensure(key)
        try await world.database.read { connection in
            connection.isReadOnly = false
            _ = try connection.first("PRAGMA wal_checkpoint(TRUNCATE)") { $0.int(0) }
        }
        for number in 0..<12 {
            let run = RunID("run-\(number)")
            let entry = try await world.stores.inbox.record(.sample(run.rawValue, "question \(number)")).entry
            let message = UserMessage(content: [.text("question \(number)")], timestamp: .now)
            let turn = try await world.stores.journal.begin(
                NewTurn(run: run, session: key, inbox: entry.id, message: message))
            try await world.stores.sessions.complete(
                CompletedTurn(
                    run: run, session: key, sessionID: turn.entry.sessionID, inbox: entry.id,
                    outcome: ["number": JSON(number)], messages: [.answer("answer \(number)")]))
        }
        return world
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
    func `after any cut every turn is whole or not there, and earlier ones are kept`(seed: UInt64)
        async throws
    {
        let world = try await talked()
        let remains = try world.crashed()
        await world.database.close()
        var random = SeededGenerator(seed: seed)
        let cut = Int.random(in: 0...remains.log.count, using: &random)
        let after = try remains.opened(logBytes: cut)
        let stores = after.stores
        #expect(try await after.database.check() == [], "seed \(seed), cut at \(cut)")
        try await checkWholeness(stores, "seed \(seed), cut at \(cut) of \(remains.log.count)")
        await after.database.close()
    }

    @Test func `nothing is lost when the whole log is there`() async throws {
        let world = try await talked()
        let after = try world.crashed().opened()
        let stores = after.stores
        await world.database.close()
        #expect(try await stores.inbox.unansweredCount() == 0)
        let entry = try await stores.sessions.ensure(key)
        #expect(try await stores.sessions.history(entry.sessionID, limit: 100).total == 24)
        await after.database.close()
    }

    @Test func `a log with a flipped bit ends before it`() async throws {
        let world = try await talked()
        var remains = try world.crashed()
        await world.database.close()
        let place = remains.log.count / 2
        remains.log[place] ^= 0x10
        let after = try remains.opened()
        let stores = after.stores
        #expect(try await after.database.check() == [])
        try await checkWholeness(stores, "flipped byte \(place)")
        await after.database.close()
    }

    private func checkWholeness(_ stores: Stores, _ comment: Comment) async throws {
        let entry = try await stores.sessions.ensure(key)
        let page = try await stores.sessions.history(entry.sessionID, limit: 100)
        let running = Set(try await stores.journal.interrupted().map(\.run.rawValue))
        let waiting = Set(try await stores.inbox.unanswered().entries.map(\.run.rawValue))
        #expect(
            page.messages.map(\.sequence) == Array(1...24).prefix(page.messages.count).map(Int64.init),
            comment)
        for number in 0..<12 {
            let run = RunID("run-\(number)")
            let roles = page.messages.filter { $0.run == run }.map(\.role)
            let inbox = try await stores.inbox.entry(run: run)
            switch inbox?.state {
            case .done?: #expect(roles == ["user", "assistant"] && !running.contains(run.rawValue), comment)
            case .running?: #expect(roles == ["user"] && running.contains(run.rawValue), comment)
            case .queued?: #expect(roles == [] && !running.contains(run.rawValue), comment)
            default: #expect(inbox == nil && roles == [], comment)
            }
            #expect(waiting.contains(run.rawValue) == (inbox != nil && inbox?.state != .done), comment)
        }
        #expect(waiting.count <= 1, comment)
    }
}
