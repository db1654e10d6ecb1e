import Agent
import Core
import Store

/// Answers `chat.history` and `chat.startup`: from the cache without waiting, else from the store a page at a time.
@MainActor
struct ChatHistory {
    let sessions: SessionStore
    let settings: SettingsBox
    let switchboard: Switchboard
    let cache: HistoryCache
    let models: KnownModels

    /// Only for the newest page; older ones are asked for once.
    func cached(_ call: Call) throws(RPCError) -> Payload? {
        guard let key = cacheKey(call, try call.session(settings.now)), let page = cache[key] else {
            return nil
        }
        return .encoded(withRuns(page, key.session, call))
    }

    func read(_ call: Call) async throws(RPCError) -> Payload {
        let spelling = call.text("sessionKey") ?? ""
        let session = try call.session(settings.now)
        let epoch = cache.epoch
        let page = try await page(call, session, spelling)
        if let key = cacheKey(call, session) { cache.keep(page, for: key, readAt: epoch) }
        return .encoded(withRuns(page, session, call))
    }

    private func cacheKey(_ call: Call, _ session: SessionKey) -> HistoryCache.Key? {
        guard call.params["offset"]?.intValue ?? 0 == 0, call.params["sessionId"] == nil,
            let spelling = call.text("sessionKey")
        else { return nil }
        return HistoryCache.Key(
            session: session, spelling: spelling, limit: limit(call), maxBytes: maxBytes(call),
            generation: call.generation)
    }

    private func limit(_ call: Call) -> Int { call.params["limit"]?.intValue ?? 200 }

    private func maxBytes(_ call: Call) -> Int {
        min(call.params["maxBytes"]?.intValue ?? Self.mostBytes, Self.mostBytes)
    }

    private func page(_ call: Call, _ session: SessionKey, _ spelling: String) async throws(RPCError)
        -> [UInt8]
    {
        let entry = try await reading { try await sessions.entry(session) }
        let sessionID = call.text("sessionId").map { SessionID($0) } ?? entry?.sessionID
        guard let sessionID else {
            return encoded(spelling, session, nil, nil, nil, next: nil, call.generation)
        }
        let offset = call.params["offset"]?.intValue ?? 0
        let last = try await reading { try await sessions.statistics(sessionID)?.lastSequence } ?? 0
        let (limit, maxBytes) = (limit(call), maxBytes(call))
        let before = offset > 0 ? last + 1 - Int64(clamping: offset) : nil
        let page = try await reading {
            try await sessions.history(sessionID, limit: limit, before: before, maxBytes: maxBytes)
        }
        let next = page.nextBefore.map { last + 1 - $0 }
        return encoded(spelling, session, entry, sessionID, page, next: next, call.generation)
    }

    /// Messages in one answer; the original drops from the front beyond this as well.
    private static let mostBytes = 6 << 20

    private func encoded(
        _ spelling: String, _ session: SessionKey, _ entry: SessionEntry?, _ sessionID: SessionID?,
        _ page: HistoryPage?, next: Int64?, _ generation: Generation
    ) -> [UInt8] {
        .jsonObject(capacity: 1024 + (page?.messages.reduce(0) { $0 + $1.json.count + 200 } ?? 0)) {
            $0.add("sessionKey", spelling)
            if let sessionID { $0.add("sessionId", sessionID) }
            $0.add("messages", encoded: Self.messages(page, generation))
            $0.add("thinkingLevel", entry?.thinkingLevel ?? settings.now.thinking.rawValue)
            guard generation == .four else { return }
            $0.add("hasMore", page?.hasMore ?? false)
            if let next { $0.add("nextOffset", next) }
            $0.add("totalMessages", page?.total ?? 0)
            $0.add("defaults", settings.now.modelDefaults(models, generation))
            var rows = SessionRowJSON(settings: settings.now, models: models, generation: generation)
            rows.withRuns = false
            // The last member: which runs are on is added to it when the page is sent.
            $0.add("sessionInfo", rows.info(session, entry))
        }
    }

    private static func messages(_ page: HistoryPage?, _ generation: Generation) -> [UInt8] {
        var bytes = [UInt8(ascii: "[")]
        for message in page?.messages ?? [] {
            if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(contentsOf: HistoryMessage.encoded(message, generation))
        }
        bytes.append(UInt8(ascii: "]"))
        return bytes
    }

    /// Which runs are on, what waits, and what one has said so far, changes with every word and is never kept: it is put in
    /// last.
    ///
    /// The page of today's clients ends with `sessionInfo`; see `encoded`.
    private func withRuns(_ page: [UInt8], _ session: SessionKey, _ call: Call) -> [UInt8] {
        let run = switchboard.activeRun(in: session)
        let text = run?.wholeText ?? ""
        return [UInt8](capacity: page.count + text.utf8.count + 256) {
            if call.generation == .four {
                $0.write(encoded: page.dropLast(2))
                $0.add("hasActiveRun", run != nil)
                $0.add("activeRunIds", .array(run.map { [.string($0.run.rawValue)] } ?? []))
                $0.write(raw: "}")
                let before = call.params["pendingBefore"]?.intValue.map { InboxID(clamping: $0) }
                PendingInputs(switchboard.waiting(in: session), before: before).write(to: &$0)
            } else {
                $0.write(encoded: page.dropLast())
            }
            if let run, !run.isQueued {
                $0.addObject("inFlightRun") {
                    $0.add("runId", run.run)
                    $0.add("text", text)
                    $0.add("startedAt", run.startedAt)
                }
            }
            $0.write(raw: "}")
        }
    }
}
