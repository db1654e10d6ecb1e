import Core
import Testing

@testable import Gateway

struct PresenceBookTests {
    private let start = Timestamp(milliseconds: 1_000_000)
    private let book = PresenceBook(
        host: HostFacts(
            name: "host", address: "10.0.0.1", version: "1", platform: "linux 6", family: "Linux",
            architecture: "x64",
            instanceID: "i"))

    private func entry(at: Timestamp) -> PresenceBook.Entry {
        let client = ConnectParams(["client": Sample.page]).client
        return PresenceBook.Entry(
            client: client, role: "operator", scopes: [], deviceID: nil, address: nil, since: at, at: at,
            sockets: 1)
    }

    private func reasons(_ list: JSON) -> [String] {
        list.arrayValue?.compactMap { $0["reason"]?.stringValue } ?? []
    }

    @Test
    func `the gateway itself comes first, then who came last`() {
        var book = book
        book.connected(entry(at: start), as: "a")
        book.connected(entry(at: start + .seconds(1)), as: "b")

        let list = book.list(now: start + .seconds(2))

        #expect(reasons(list) == ["self", "connect", "connect"])
        #expect(list.arrayValue?.map { $0["ts"] } == [1_002_000, 1_001_000, 1_000_000])
        #expect(
            list.arrayValue?.first?["text"] == "Gateway: host (10.0.0.1) · app 1 · mode gateway · reason self"
        )
    }

    @Test
    func `who left stays five minutes, who is here stays`() {
        var book = book
        book.connected(entry(at: start), as: "here")
        book.connected(entry(at: start), as: "gone")
        book.disconnected("gone", at: start)

        #expect(reasons(book.list(now: start + .seconds(299))).contains("disconnect"))
        #expect(reasons(book.list(now: start + .seconds(301))) == ["self", "connect"])
    }

    @Test
    func `a page that reconnects before its old socket is gone is here`() {
        var book = book
        book.connected(entry(at: start), as: "page")
        book.connected(entry(at: start), as: "page")
        book.disconnected("page", at: start + .seconds(1))

        #expect(reasons(book.list(now: start + .seconds(2))) == ["self", "connect"])
    }

    @Test
    func `every change counts, and a thousand clients do not make the list grow`() {
        var book = book
        let before = book.version

        for number in 0..<1000 { book.connected(entry(at: start + .milliseconds(number)), as: "\(number)") }

        #expect(book.version == before + 1000)
        #expect(book.list(now: start).arrayValue?.count ?? 0 <= 65)
    }
}

@MainActor
struct MethodTableTests {
    @Test
    func `a method that is registered twice is a bug of ours`() async {
        await #expect(processExitsWith: .failure) {
            await MainActor.run {
                var table = MethodTable()
                table.addFast("health", .none, .loose) { _ throws(RPCError) in .json([:]) }
                table.addFast("health", .none, .loose) { _ throws(RPCError) in .json([:]) }
            }
        }
    }

    @Test(arguments: [
        ("health", "node", "unauthorized role: node"),
        ("node.event", "operator", "unauthorized role: operator"),
        ("nope", "operator", "unknown method: nope"),
    ])
    func `who may call what is decided by role before anything else`(
        name: String, role: String, message: String
    ) {
        let error = #expect(throws: RPCError.self) {
            try MethodTable().method(name, role: role, scopes: .owner, .four)
        }

        #expect(error?.message == message)
    }
}
