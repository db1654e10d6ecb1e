package import Core
package import Store

/// Lets people in who were approved by a code (features.md 2.11).
@MainActor
package final class PairingDesk {
    private let store: PairingStore
    private var letIn: [ChannelKey: LetIn] = [:]

    /// Who was let in on an account.
    private struct LetIn {
        var ids: Set<String>
        var first: String?
    }

    /// Letters and digits that nobody takes for one another.
    static let alphabet = Array("ABCDEFGHJKLMNPQRSTUVWXYZ23456789")
    static let codeLength = 8
    package static let lifetime: Duration = .seconds(3600)
    static let mostPending = 3
    private static let mostNameCharacters = 64

    package init(store: PairingStore) { self.store = store }

    /// Ids of those who were let in.
    func allowed(_ key: ChannelKey) async throws -> Set<String> { try await letIn(key).ids }

    private func letIn(_ key: ChannelKey) async throws -> LetIn {
        if let known = letIn[key] { return known }
        let ids = try await store.allowed(channel: key.channel, account: key.account)
        let found = LetIn(ids: Set(ids), first: ids.first)
        letIn[key] = found
        return found
    }

    /// Who owns the assistant, as this channel's messages can show.
    ///
    /// Those the config names as owners; else those its `allowFrom` names; else who was let in first, for that was done
    /// on the command line or on the page.
    func owners(_ key: ChannelKey, named: [String], rules: ChannelRules) async throws -> [String] {
        if !named.isEmpty { return Self.owners(among: named, on: key.channel) }
        let listed = rules.allowFrom.filter { $0 != "*" }
        if !listed.isEmpty { return listed }
        return try await letIn(key).first.map { [$0] } ?? []
    }

    /// Those of `commands.ownerAllowFrom` that are people of this platform; nobody is an owner by `*`.
    static func owners(among named: [String], on channel: ChannelID) -> [String] {
        let prefixes = [channel.rawValue + ":"] + (channel == "telegram" ? ["tg:"] : [])
        let here = named.compactMap { entry -> String? in
            let entry = entry.trimmed
            guard entry.contains(":") else { return String(entry) }
            return prefixes.first { entry.lowercased().hasPrefix($0) }.map {
                String(entry.dropFirst($0.count))
            }
        }
        return here.filter { $0 != "*" }
    }

    /// A code for somebody who has none, kept with what is posted about it; nil when they have one already, or too many wait.
    func newCode(
        for message: ChannelMessage, telling parts: (String) -> [NewOutboxPart] = { _ in [] }
    ) async throws -> String? {
        let key = message.address.key
        var meta: JSONObject = [:]
        meta["name"] = message.sender.name.map { .string($0) }
        meta["username"] = message.sender.username.map { .string($0) }
        meta["chat"] = .string(message.address.chat)
        let request = PairingRequest(
            channel: key.channel, account: key.account, sender: message.sender.id, code: Self.randomCode(),
            meta: .object(meta))
        let isNew = try await store.ask(
            request, telling: parts(request.code), mostPending: Self.mostPending, lifetime: Self.lifetime)
        return isNew ? request.code : nil
    }

    /// Requests that can still be approved, oldest first.
    package func pending(channel: ChannelID? = nil, account: String? = nil) async throws -> [PairingRequest] {
        let oldest = Timestamp.now - Self.lifetime
        return try await store.requests(channel: channel).filter {
            $0.createdAt > oldest && (account == nil || $0.account == account)
        }
    }

    /// Lets in whoever was given this code; nil when nobody was, or it is too old.
    package func approve(
        _ code: String, channel: ChannelID? = nil, account: String? = nil
    ) async throws -> PairingRequest? {
        guard let request = try await request(code, channel, account) else { return nil }
        try await store.allow(request.sender, channel: request.channel, account: request.account)
        forget(ChannelKey(channel: request.channel, account: request.account))
        return request
    }

    /// Drops the request; its sender may ask again.
    package func reject(
        _ code: String, channel: ChannelID? = nil, account: String? = nil
    ) async throws -> PairingRequest? {
        guard let request = try await request(code, channel, account) else { return nil }
        try await store.remove(request)
        return request
    }

    /// Those who were let in, in that order.
    package func everybodyLetIn(on channel: ChannelID? = nil) async throws -> [AllowedSender] {
        try await store.allowed(anywhereOn: channel)
    }

    /// Takes back that somebody was let in, on one account of a channel or on all; false: they were not.
    package func remove(_ sender: String, channel: ChannelID, account: String? = nil) async throws -> Bool {
        defer { forget(channel) }
        return try await store.disallow(sender, channel: channel, account: account)
    }

    /// Forgets who was let in on an account and who asks to be; the number of those who were.
    package func removeAll(_ key: ChannelKey) async throws -> Int {
        defer { forget(key) }
        return try await store.forget(channel: key.channel, account: key.account)
    }

    private func forget(_ key: ChannelKey) { letIn[key] = nil }

    /// Looks up anew who was let in on a channel: they may have gone to another account with its bot.
    package func forget(_ channel: ChannelID) { letIn = letIn.filter { $0.key.channel != channel } }

    /// Looks at every code in full, so that the time taken tells nothing of how much of one was guessed.
    private func request(
        _ code: String, _ channel: ChannelID?, _ account: String?
    ) async throws -> PairingRequest? {
        let code = code.trimmed.uppercased()
        var found: PairingRequest?
        for request in try await pending(channel: channel, account: account)
        where Secret(request.code).matches(code) {
            found = request
        }
        return found
    }

    private static func randomCode() -> String {
        String((0..<codeLength).map { _ in alphabet[Int.random(in: 0..<alphabet.count)] })
    }

    /// What the owner is told then.
    static func notice(_ code: String, of message: ChannelMessage) -> String {
        // A stranger chose the name: nothing in it is formatting, a link or a mention.
        let name = message.sender.title.filter { $0 != "`" && !$0.isNewline }.prefix(mostNameCharacters)
        return """
            🔑 `\(name)` (\(message.sender.id)) asks to be let in.
            `/pairing approve \(code)` lets them in, `/pairing reject \(code)` does not. The code holds for an hour.
            """
    }

    /// The same two lines to press on.
    static func buttons(_ code: String) -> [[ReplyButton]] {
        [
            [
                ReplyButton(title: "Let in", command: "/pairing approve \(code)", style: .good),
                ReplyButton(title: "Turn away", command: "/pairing reject \(code)", style: .danger),
            ]
        ]
    }

    /// What somebody is told who is not let in yet.
    static func invitation(_ code: String, to message: ChannelMessage, label: String) -> String {
        """
        This assistant answers only people its owner has let in.

        Your \(label) user id: \(message.sender.id)
        Pairing code: \(code)

        The owner lets you in with:
        ```
        openclaw pairing approve \(message.address.channel) \(code)
        ```
        or by writing `/pairing approve \(code)` to the assistant. The code holds for an hour.
        """
    }
}
