package import Core
package import Store

/// Asks in chats whether a command may run, takes the answers, and leaves there what became of it.
///
/// The questions go through the outbox, so that also after a restart none keeps its buttons.
@MainActor
package final class ChatApprovals: ApprovalAudience {
    private let desk: ApprovalDesk
    private let board: ChannelBoard
    private let switchboard: Switchboard
    private let pairing: PairingDesk
    private let outbox: Outbox
    private let store: OutboxStore
    private let log: Log
    private let work = TaskPool()
    /// The questions that were put, by request.
    private var asked: [String: [RunID]] = [:]
    /// Places that may still be reached, by request.
    private var reachable: [String: Int] = [:]
    /// The bots through which it is asked, by request: an account may get another name meanwhile.
    private var audiences: [String: Set<Asker>] = [:]
    /// The account of a platform that is meant when none is named.
    package var defaultAccount: (ChannelID) -> String = { _ in "default" }

    private struct Asker: Hashable {
        let channel: ChannelID
        let bot: String?
    }

    private static let prefix = "approval-"
    /// Places that are asked about one command.
    private static let mostPlaces = 10

    package init(
        desk: ApprovalDesk, board: ChannelBoard, switchboard: Switchboard, pairing: PairingDesk,
        outbox: Outbox,
        store: OutboxStore, log: Log
    ) {
        self.desk = desk
        self.board = board
        self.switchboard = switchboard
        self.pairing = pairing
        self.outbox = outbox
        self.store = store
        self.log = log.named("approvals")
        outbox.gaveUp = { [weak self] in self?.gaveUp($0) }
    }

    /// Takes the buttons away that the last process left, then asks until cancelled.
    package func run() async {
        if !board.keys.isEmpty { await settleOld() }
        await work.run()
    }

    private func settleOld() async {
        do {
            for part in try await store.parts(ofRunsNamed: Self.prefix) where !part.content.buttons.isEmpty {
                try await settle(part, ApprovalText.restarted)
            }
        } catch {
            log.warning("old questions about commands could not be settled", ["reason": "\(error)"])
        }
    }

    // MARK: Who

    /// Those who decide on an account: whom the config names, else whoever owns the assistant.
    private func approvers(_ key: ChannelKey, _ rules: ChannelRules) async throws -> [String] {
        if !rules.approvals.approvers.isEmpty { return rules.approvals.approvers }
        return try await pairing.owners(key, named: switchboard.settings.owners, rules: rules)
    }

    /// Does what `<id> <decision>` says, if this person may.
    func decide(_ words: String, by sender: Sender, on key: ChannelKey) async -> PressAnswer {
        let rules: ChannelRules
        do {
            guard let found = board.rules(key),
                SenderMatch.contains(sender, try await approvers(key, found).filter { $0 != "*" })
            else {
                return PressAnswer(
                    "⛔ You may not decide about commands. `channels.\(key.channel).execApprovals.approvers` names who may.",
                    isRefusal: true)
            }
            rules = found
        } catch {
            return PressAnswer("⚠️ Who may decide cannot be read now. Try again.", isRefusal: true)
        }
        return desk.decide(words, by: sender.title) {
            asks(about: $0.request, key, rules.approvals) || audiences[$0.id]?.contains(asker(key)) == true
        }
    }

    private func asker(_ key: ChannelKey) -> Asker { Asker(channel: key.channel, bot: board.bot(key)) }

    // MARK: Where

    /// The chat that the turn answers, where its bot is by now.
    private func chat(of request: ApprovalRequest) -> Address? {
        request.chat.map { board.address($0, of: request.bot) }
    }

    /// A person, or a place.
    private enum Target: Hashable {
        case person(String)
        case named(String, thread: String?)
        case place(Address)
    }

    private struct Destination: Hashable {
        var key: ChannelKey
        var target: Target
    }

    private func destinations(_ request: ApprovalRequest) async -> [Destination] {
        var found: [Destination] = []
        for key in board.keys where board.channel(key) != nil {
            guard let rules = board.rules(key) else { continue }
            // Who owns the assistant is not known while the store cannot be read.
            guard let people = try? await approvers(key, rules), !people.isEmpty else { continue }
            found += asked(request, key, rules.approvals, people)
        }
        for destination in forwards(request) where !found.contains(destination) { found.append(destination) }
        return Array(found.prefix(Self.mostPlaces))
    }

    private func asked(
        _ request: ApprovalRequest, _ key: ChannelKey, _ rules: ApprovalRules, _ people: [String]
    ) -> [Destination] {
        guard asks(about: request, key, rules) else { return [] }
        let chat = chat(of: request)
        let isHere = chat?.key == key
        var targets: [Target] = []
        if isHere, rules.target != .directly, let chat { targets.append(.place(chat)) }
        if targets.isEmpty || rules.target == .both { targets += people.map { .person($0) } }
        return targets.map { Destination(key: key, target: $0) }
    }

    /// Whether the config has those who decide on an account asked, and so lets them decide.
    private func asks(about request: ApprovalRequest, _ key: ChannelKey, _ rules: ApprovalRules) -> Bool {
        let chat = chat(of: request)
        let isHere = chat?.key == key
        // Another bot of the platform that was written to has nothing to do with it.
        let isElsewhere = chat.map { $0.channel == key.channel && $0.account != key.account } ?? false
        return (rules.isEnabled ?? isHere) && !isElsewhere
            && rules.filter.wants(agent: request.agent, session: request.session)
    }

    /// `approvals.exec`.
    private func forwards(_ request: ApprovalRequest) -> [Destination] {
        let rules = switchboard.settings.forwarding
        guard rules.isEnabled, rules.filter.wants(agent: request.agent, session: request.session) else {
            return []
        }
        var found: [Destination] = []
        if rules.mode != .targets, let chat = chat(of: request) {
            found.append(Destination(key: chat.key, target: .place(chat)))
        }
        if rules.mode != .session {
            found += rules.targets.map { target in
                Destination(
                    key: ChannelKey(
                        channel: target.channel, account: target.account ?? defaultAccount(target.channel)),
                    target: .named(target.to, thread: target.thread))
            }
        }
        return found.filter { board.channel($0.key) != nil }
    }

    private func address(of destination: Destination) async throws(DeliveryError) -> Address {
        let resolver = board.channel(destination.key) as? any TargetResolving
        switch destination.target {
        case .place(let address): return address
        case .person(let entry):
            guard let resolver else { throw .refused("the account is not running") }
            return try await resolver.address(ofPerson: entry)
        case .named(let name, let thread):
            guard let resolver else { throw .refused("the account is not running") }
            var address = try await resolver.address(of: name)
            if let thread { address.thread = thread }
            return address
        }
    }

    // MARK: Asking

    package func requested(_ approval: Approval) async -> Bool {
        let destinations = await destinations(approval.request)
        if !destinations.isEmpty {
            reachable[approval.id] = destinations.count
            audiences[approval.id] = Set(destinations.map { asker($0.key) })
        }
        for (number, destination) in destinations.enumerated() {
            work.add { await self.ask(approval, number, destination) }
        }
        return !destinations.isEmpty
    }

    /// A question that its platform refuses, as of somebody who has blocked us, is not waited for.
    private func gaveUp(_ part: OutboxPart) {
        let run = part.run.rawValue
        guard run.hasPrefix(Self.prefix), !part.content.buttons.isEmpty, let end = run.lastIndex(of: "-")
        else {
            return
        }
        missed(String(run[..<end].dropFirst(Self.prefix.count)))
    }

    private func missed(_ id: String) {
        guard let left = reachable[id] else { return }
        reachable[id] = left - 1
        if left == 1 { desk.lost(id) }
    }

    private func ask(_ approval: Approval, _ number: Int, _ destination: Destination) async {
        let run = RunID("\(Self.prefix)\(approval.id)-\(number)")
        do {
            let address = try await address(of: destination)
            guard desk.outcome(of: approval.id) == nil else { return }
            _ = try await store.add(parts(approval, run, address))
            outbox.wake(address)
            asked[approval.id, default: []].append(run)
            if let outcome = desk.outcome(of: approval.id) { resolved(approval, outcome) }
        } catch {
            let reason = (error as? DeliveryError)?.reason ?? "\(error)"
            log.warning(
                "a chat could not be asked about a command: \(reason)",
                ["channel": destination.key.channel.rawValue, "approval.id": approval.id])
            missed(approval.id)
        }
    }

    private func parts(_ approval: Approval, _ run: RunID, _ address: Address) -> [NewOutboxPart] {
        let block = ApprovalText.block(approval.request)
        let isInline = block.count <= ApprovalText.mostInline
        let head = ApprovalText.title(approval.request)
        let details = ApprovalText.details(approval)
        var texts =
            isInline ? [] : TextSplitter(limits: board.limits(address.key), mode: .length).split(block)
        texts.append((isInline ? [head, block, details] : [head, details]).joined(separator: "\n"))
        var parts = texts.enumerated().map { index, text in
            NewOutboxPart(run: run, part: index, address: address, content: OutgoingPart.Content(text: text))
        }
        parts[parts.count - 1].content.buttons = ApprovalText.buttons(approval)
        return parts
    }

    // MARK: Settling

    package func resolved(_ approval: Approval, _ outcome: ApprovalOutcome) {
        reachable[approval.id] = nil
        audiences[approval.id] = nil
        for run in asked.removeValue(forKey: approval.id) ?? [] {
            work.add {
                do {
                    for part in try await self.store.parts(of: run) where !part.content.buttons.isEmpty {
                        try await self.settle(part, ApprovalText.outcome(outcome))
                    }
                } catch {
                    self.log.warning(
                        "a question about a command could not be settled", ["reason": "\(error)"])
                }
            }
        }
    }

    private func settle(_ part: OutboxPart, _ outcome: String) async throws {
        var content = OutgoingPart.Content()
        if board.rules(part.address.key)?.approvals.cleansUp != true {
            content.text = ApprovalText.settled(part.content.text, outcome)
        }
        try await outbox.change(part, to: content)
    }
}
