import Core
import Testing

@testable import Store

struct HistoryTests {
    private let session: SessionID = "s"

    private func filled(_ count: Int) async throws -> TestStores {
        let world = try TestStores()
        _ = try await world.stores.sessions.append((1...count).map { .person("message \($0)") }, to: session)
        return world
    }

    @Test func `pages from the end join to the whole transcript`() async throws {
        let world = try await filled(95)
        var texts: [String] = []
        var before: Int64?
        repeat {
            let page = try await world.stores.sessions.history(session, limit: 20, before: before)
            #expect(page.total == 95)
            texts =
                try page.messages.map {
                    try $0.parsed()["content"]?.arrayValue?.first?["text"]?.stringValue ?? ""
                } + texts
            before = page.nextBefore
        } while before != nil
        #expect(texts == (1...95).map { "message \($0)" })
        await world.database.close()
    }

    @Test func `a message comes back as it was stored`() async throws {
        let world = try TestStores()
        let message = Message.person("räk \"smörgås\"\n🦐", at: 1_234, key: "abc:user")
        let position = try #require(
            try await world.stores.sessions.append([message], to: session, run: "r").first)
        let stored = try #require(try await world.stores.sessions.history(session, limit: 1).messages.first)
        #expect(stored.json == message.json.encoded())
        #expect(
            stored.id == position.id && stored.sequence == 1 && stored.role == "user" && stored.run == "r")
        #expect(stored.createdAt == Timestamp(milliseconds: 1_234))
        await world.database.close()
    }

    @Test func `a user message with a known key is not stored twice`() async throws {
        let world = try TestStores()
        let sessions = world.stores.sessions
        let first = try await sessions.append([.person("hi", key: "k:user"), .answer("hello")], to: session)
        let again = try await sessions.append([.person("hi", key: "k:user")], to: session)
        #expect(again.map(\.id) == [first[0].id] && again.map(\.isNew) == [false])
        #expect(try await sessions.history(session, limit: 10).total == 2)
        // The key counts within its transcript only.
        #expect(try await sessions.append([.person("hi", key: "k:user")], to: "other").map(\.isNew) == [true])
        await world.database.close()
    }

    @Test func `a page stops before it grows too large`() async throws {
        let world = try TestStores()
        let sessions = world.stores.sessions
        _ = try await sessions.append(
            (1...8).map { .person(String(repeating: "\($0)", count: 1_000)) }, to: session)
        let page = try await sessions.history(session, limit: 100, maxBytes: 3_500)
        #expect(page.messages.map(\.sequence) == [6, 7, 8])
        #expect(page.truncatedByBytes && page.hasMore && page.nextBefore == 6)
        #expect(page.messages.reduce(0) { $0 + $1.json.count } <= 3_500)
        await world.database.close()
    }

    @Test func `a message larger than a page is named, not sent`() async throws {
        let world = try TestStores()
        let sessions = world.stores.sessions
        let large = String(repeating: "x", count: 7 << 20)
        _ = try await sessions.append([.person("before"), .person(large), .person("after")], to: session)
        let page = try await sessions.history(session, limit: 10)
        #expect(page.messages.map(\.sequence) == [1, 2, 3])
        let text = try page.messages[1].parsed()["content"]?.arrayValue?.first?["text"]
        #expect(text == "This message is 7 MiB and too large to show here. It is stored whole.")
        #expect(page.messages.reduce(0) { $0 + $1.json.count } < 1_000)
        await world.database.close()
    }

    @Test(arguments: [0, -5, 1, 1_000, Int.max]) func `any limit is answered`(limit: Int) async throws {
        let world = try await filled(3)
        let page = try await world.stores.sessions.history(session, limit: limit)
        #expect(page.messages.count == min(3, max(0, limit)))
        #expect(page.total == 3)
        await world.database.close()
    }

    @Test(arguments: [Int64.min, 0, 1]) func `nothing comes before the first`(before: Int64) async throws {
        let world = try await filled(3)
        let page = try await world.stores.sessions.history(session, limit: 5, before: before)
        #expect(page.messages.isEmpty && !page.hasMore && page.nextBefore == nil)
        await world.database.close()
    }

    @Test func `a transcript that does not exist is empty`() async throws {
        let world = try TestStores()
        let page = try await world.stores.sessions.history("nobody", limit: 5)
        #expect(page.messages.isEmpty && page.total == 0 && !page.hasMore)
        #expect(try await world.stores.sessions.statistics("nobody") == nil)
        await world.database.close()
    }

    @Test func `the last page of a long transcript reads no more of the disk than that of a short one`()
        async throws
    {
        let world = try TestStores()
        let sessions = world.stores.sessions
        let line = String(repeating: "word ", count: 200)
        _ = try await sessions.append((1...100).map { _ in .person(line) }, to: "short")
        for _ in 0..<40 { _ = try await sessions.append((1...500).map { _ in .person(line) }, to: "long") }
        #expect(try await sessions.statistics("long")?.bytes ?? 0 > 20_000_000)
        await world.database.close()

        // A fresh connection has nothing in memory: every page it uses is read once.
        let short = try await pagesRead(of: "short", in: world.folder)
        let long = try await pagesRead(of: "long", in: world.folder)
        #expect(short > 0)
        #expect(long <= short + 10, "\(long) pages for the long transcript, \(short) for the short one")
    }

    private func pagesRead(of session: SessionID, in folder: TemporaryFolder) async throws -> Int {
        let database = try Database(path: folder.databasePath)
        let before = try await database.read { $0.pagesRead }
        #expect(try await SessionStore(database).history(session, limit: 50).messages.count == 50)
        let after = try await database.read { $0.pagesRead }
        await database.close()
        return after - before
    }
}
