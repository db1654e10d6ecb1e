import Core
import Wire

/// Discord's REST API as one bot: authorised, within its rate limits, with refusals in words.
@MainActor
final class DiscordAPI {
    let root: String
    private let token: Secret
    private let proxy: String?
    private let web: WebClient
    private let limits = RateLimits()
    /// Keeps what Discord has asked for, over a new start as well.
    private var memory: ChannelMemory?
    private static let memoryName = "limits"
    /// Opens when Discord has said that the token is not valid: whoever asks on is banned.
    let tokenRefused = Gate()
    /// What Discord's clock said with the last answer, and when that was.
    private var lastDate: (date: Timestamp, heardAt: ContinuousClock.Instant)?

    /// How often a request that is refused with a short wait is sent again.
    private static let mostAttempts = 4
    /// Discord wants an address and a version in the name (API reference, User Agent).
    private static let userAgent = "DiscordBot (https://github.com/openclaw/openclaw, 10)"

    init(root: String, token: Secret, proxy: String?, web: WebClient) {
        self.root = root
        self.token = token
        self.proxy = proxy
        self.web = web
    }

    /// Finds what Discord has asked of the bot before; called before the first request.
    func begin(_ memory: ChannelMemory) async {
        if let kept = await memory.load(Self.memoryName) { limits.restore(kept) }
        self.memory = memory
    }

    /// The moment by Discord's clock, which its ids are made with; nil before the first answer.
    ///
    /// Our own may be days off: a machine may start with it, or be suspended.
    var now: Timestamp? { lastDate.map { $0.date + $0.heardAt.duration(to: .now) } }

    /// Sends a request and returns the answer's JSON, null when there is none.
    func send(_ route: DiscordRoute, _ body: DiscordBody = .nothing, patience: Duration = RateLimits.patience)
        async throws(DiscordFailure) -> JSON
    {
        var attempt = 1
        while true {
            do throws(DiscordFailure) {
                return try await sendOnce(route, body)
            } catch {
                guard case .limited(_, let delay) = error, delay <= patience, attempt < Self.mostAttempts
                else {
                    throw error
                }
                attempt += 1
            }
        }
    }

    private func sendOnce(_ route: DiscordRoute, _ body: DiscordBody) async throws(DiscordFailure) -> JSON {
        if tokenRefused.isOpen && route.needsToken { throw .unauthorized(RefusalWords.badToken) }
        let request = request(route, body)
        let ticket = try await limits.admit(route)
        let reply: WebReply
        do throws(WebError) {
            reply = try await web.send(request)
        } catch {
            limits.answered(ticket, nil)
            throw Self.failure(error)
        }
        if let seconds = reply.head.date { lastDate = (Timestamp(milliseconds: seconds * 1000), .now) }
        let answer = Result { () throws(DiscordFailure) in try read(reply, for: ticket, route) }
        if let news = limits.takeNews() { await memory?.save(Self.memoryName, news) }
        return try answer.get()
    }

    private func request(_ route: DiscordRoute, _ body: DiscordBody) -> WebRequest {
        var headers = [("User-Agent", Self.userAgent), ("Accept", "application/json")]
        if route.needsToken { headers.append(("Authorization", "Bot \(token.reveal())")) }
        var request = WebRequest(
            route.method, root + route.path, headers: headers.map { (name: $0.0, value: $0.1) })
        body.fill(&request)
        request.proxy = proxy
        request.usesFreshConnection = route.isSentOnce
        request.totalTimeout = .seconds(120)
        request.idleTimeout = .seconds(30)
        return request
    }

    // MARK: Answers

    private func read(_ reply: WebReply, for ticket: RateLimits.Ticket, _ route: DiscordRoute)
        throws(DiscordFailure) -> JSON
    {
        let headers = LimitHeaders { reply.head[$0] }
        let isRefusal =
            [401, 403].contains(reply.status)
            || reply.status == 429 && reply.head["X-RateLimit-Scope"]?.lowercased() != "shared"
        // Pages of proxies are no JSON, and say no more than the status.
        let json = try? JSON.parse(reply.body)
        if reply.status == 429 {
            let wait = Self.wait(reply, json)
            // Without `Via` it is not Discord that answers but the wall before it, which bans the whole address.
            let isForAll = json?["global"]?.boolValue == true || reply.head["Via"] == nil
            limits.answered(ticket, headers, refusedFor: wait, isForAll: isForAll, isRefusal: isRefusal)
            throw .limited("Discord asks to wait \(wait.roundedUpSeconds) s (429).", after: wait)
        }
        limits.answered(ticket, headers, isRefusal: isRefusal)
        switch reply.status {
        case 200..<300: return json ?? .null
        case 401 where route.needsToken:
            tokenRefused.open()
            throw .unauthorized(RefusalWords.badToken)
        case 408, 500...: throw .unknown("Discord answered HTTP \(reply.status).")
        // Discord gives its reason; a wall before it gives a page.
        case 400..<500 where json?.objectValue == nil:
            throw .unknown("Something before Discord answered HTTP \(reply.status).")
        default: throw Self.refusal(reply.status, json)
        }
    }

    private static func wait(_ reply: WebReply, _ json: JSON?) -> Duration {
        if let seconds = json?["retry_after"]?.doubleValue, seconds >= 0, seconds < 1e7 {
            return .seconds(seconds)
        }
        return reply.head.retryAfter(now: Timestamp.now.milliseconds / 1000) ?? .seconds(1)
    }

    private static func refusal(_ status: Int, _ json: JSON?) -> DiscordFailure {
        let code = json?["code"]?.intValue ?? 0
        let sentence = RefusalWords.sentence(
            status: status, code: code, message: json?["message"]?.stringValue ?? "", errors: json?["errors"])
        return .refused(status: status, code: code, sentence)
    }

    private static func failure(_ error: WebError) -> DiscordFailure {
        switch error {
        case .invalidRequest(let message): .refused(status: 0, code: 0, message)
        case .unavailable(let message), .unreachable(let message):
            .unreachable("Discord cannot be reached: \(message)")
        case .timedOut(let message), .interrupted(let message), .tooLarge(let message):
            .unknown("Discord's answer did not come: \(message)")
        case .cancelled: .unknown("The request was cancelled.")
        }
    }
}

/// What goes with a request.
enum DiscordBody: Sendable {
    case nothing
    case json(JSON)
    /// JSON and files.
    case form(MultipartForm)

    /// Makes it the request's body.
    func fill(_ request: inout WebRequest) {
        switch self {
        case .nothing:
            request.body = request.method == "GET" || request.method == "DELETE" ? nil : []
        case .json(let json):
            request.headers.append(("Content-Type", "application/json"))
            request.body = json.encoded()
        case .form(let form):
            form.fill(&request)
        }
    }
}
