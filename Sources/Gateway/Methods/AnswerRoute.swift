import Agent
import Core
import Store

/// Where the answer to a program's message is posted: where the program says, or where its session was last talked in.
@MainActor
struct AnswerRoute {
    let desk: MessageDesk
    let sessions: SessionStore
    let board: ChannelBoard?

    /// Nil where there is none and the program does not insist.
    func address(for call: Call, in session: SessionKey) async throws(RPCError) -> Address? {
        let isOptional = call.params["bestEffortDeliver"]?.boolValue ?? false
        do throws(RPCError) {
            return try await find(call, session)
        } catch {
            if isOptional { return nil }
            throw error
        }
    }

    private func find(_ call: Call, _ session: SessionKey) async throws(RPCError) -> Address {
        let entry = try await entry(of: session)
        let last = lastContext(of: entry)
        let named = call.named("replyChannel") ?? call.named("channel")
        let channel = named == "last" ? nil : named
        let known = channel == nil || last?["channel"]?.stringValue == channel ? last : nil
        let to = call.named("replyTo") ?? (channel == nil ? nil : call.named("to"))
        var params: JSONObject = [:]
        params["to"] = (to ?? known?["to"]?.stringValue).map { .string($0) }
        params["threadId"] =
            call.named("threadId").map { .string($0) } ?? (to == nil ? known?["threadId"] : nil)
        guard let channel = channel ?? known?["channel"]?.stringValue, params["to"] != nil else {
            throw .invalid(
                "Nothing says where the answer is to go: nobody has written in this session from a chat platform. "
                    + "Name `channel` and `to`.")
        }
        let account =
            call.named("replyAccountId") ?? call.named("accountId") ?? known?["accountId"]?.stringValue
        let address: Address
        do throws(MessageRefusal) {
            address = try await desk.address(
                for: MessageOrder(
                    action: "send", params: params, channel: ChannelID(channel.lowercased()),
                    account: account, key: ""))
        } catch {
            throw RPCError(error)
        }
        if to == nil, let words = lastWords(in: entry, at: address), await board?.admits(words) == false {
            throw .invalid(
                "Nothing was sent: who wrote last in this session is not let in any more. Name `channel` and `to`."
            )
        }
        return address
    }

    private func entry(of session: SessionKey) async throws(RPCError) -> SessionEntry? {
        do { return try await sessions.entry(session) } catch { throw .unavailable("\(error)") }
    }

    private func lastContext(of entry: SessionEntry?) -> JSON? {
        let context = entry?.extra["deliveryContext"]
        return context?["channel"]?.stringValue == ChannelID.webchat.rawValue ? nil : context
    }

    /// What the person of a direct chat wrote there, as far as it tells who that was.
    private func lastWords(in entry: SessionEntry?, at address: Address) -> ChannelMessage? {
        let prefix = "\(address.channel):"
        guard let origin = entry?.extra["origin"], origin["to"] == entry?.extra["deliveryContext"]?["to"],
            origin["chatType"]?.stringValue == ChatKind.direct.rawValue,
            let from = origin["from"]?.stringValue, from.hasPrefix(prefix)
        else { return nil }
        let sender = Sender(
            id: String(from.dropFirst(prefix.count)), username: entry?.extra["lastUsername"]?.stringValue)
        return ChannelMessage(id: MessageID(""), address: address, kind: .direct, sender: sender, text: "")
    }
}

extension Call {
    /// A text that says something.
    fileprivate func named(_ name: String) -> String? { text(name).flatMap { $0.isEmpty ? nil : $0 } }
}

extension RPCError {
    init(_ refusal: MessageRefusal) {
        switch refusal {
        case .invalid(let reason): self = .invalid(reason)
        case .unavailable(let reason): self = .unavailable(reason)
        case .told(_, let refusal): self.init(refusal)
        }
    }
}
