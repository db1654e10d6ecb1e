import Core
import Wire

/// The Bot API: methods by name, their parameters and results as JSON.
///
/// The token is part of every address. Nothing that leaves this type, error or log line, has an address in it.
@MainActor
final class TelegramAPI {
    /// A wait that is sat out here; longer ones are the caller's.
    static let longestOwnWait = Duration.seconds(5)
    /// How often a post is tried while Telegram asks for short waits.
    private static let mostAttempts = 4
    /// Largest answer read, 16 MiB: a hundred updates of the largest messages are about 3 MB.
    private static let maxAnswerBytes = 16 << 20

    private let web: WebClient
    private let settings: TelegramSettings
    private let token: Secret
    /// Opens when Telegram has said that the token is not valid.
    let tokenRefused = Gate()
    private let clock: any Clock<Duration>
    private var quiet = TelegramQuiet()
    /// Keeps it over a restart; set before the first message is sent.
    private var memory: ChannelMemory?
    private static let memoryName = "quiet"
    /// Whether IPv4 alone is tried; given up as soon as it leads nowhere.
    private var usesIPv4Only: Bool

    init(
        web: WebClient, settings: TelegramSettings, token: Secret,
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.web = web
        self.settings = settings
        self.token = token
        self.clock = clock
        usesIPv4Only = settings.prefersIPv4
    }

    /// Calls a method once; parameters that are nil or null are left out.
    func call(_ method: String, _ parameters: JSONObject = [:]) async throws(TelegramError) -> JSON {
        try await send(request(method, parameters))
    }

    /// Calls a method that is not worth waiting for: says `.flood` without calling while Telegram has asked to wait.
    func callUnlessQuiet(_ method: String, _ parameters: JSONObject) async throws(TelegramError) -> JSON {
        if let left = quiet.left(for: Self.chat(parameters)) { throw .flood(left) }
        return try await call(method, parameters)
    }

    /// Asks for updates and waits for them up to `wait`; takes at most 15 s more, whatever happens to the connection.
    func updates(from offset: Int, wait: Duration) async throws(TelegramError) -> [TelegramUpdate] {
        var request = request(
            "getUpdates",
            [
                "offset": JSON(offset), "timeout": .integer(wait.components.seconds),
                "allowed_updates": JSON(TelegramUpdate.kinds),
            ])
        request.idleTimeout = wait + .seconds(15)
        request.totalTimeout = wait + .seconds(15)
        return try await send(request).arrayValue?.compactMap { TelegramUpdate(json: $0) } ?? []
    }

    /// Calls a method that writes to a chat: waits while Telegram has asked to, when that is short, and says `.flood`
    /// without calling when it is long.
    func post(
        _ method: String, _ parameters: JSONObject, files: [(name: String, file: FormFile)] = []
    ) async throws(TelegramError) -> JSON {
        let chat = Self.chat(parameters)
        for _ in 1..<Self.mostAttempts {
            try await waitWhileQuiet(chat)
            do throws(TelegramError) {
                return try await send(request(method, parameters, files))
            } catch .flood(let delay) {
                await beQuiet(chat, for: delay)
            }
        }
        try await waitWhileQuiet(chat)
        do throws(TelegramError) {
            return try await send(request(method, parameters, files))
        } catch {
            if case .flood(let delay) = error { await beQuiet(chat, for: delay) }
            throw error
        }
    }

    /// The chat that a call is about; of all that are about none it is the same.
    private static func chat(_ parameters: JSONObject) -> String {
        parameters["chat_id"].map { $0.stringValue ?? $0.text } ?? ""
    }

    private func beQuiet(_ chat: String, for delay: Duration) async {
        quiet.refused(chat, for: delay)
        await memory?.save(Self.memoryName, quiet.json())
    }

    /// Finds how long Telegram had asked the last process to wait.
    func begin(_ memory: ChannelMemory) async {
        self.memory = memory
        if let kept = await memory.load(Self.memoryName) { quiet = TelegramQuiet(json: kept) }
    }

    /// Where a file lies; the address is secret.
    func fileRequest(_ path: String) -> WebRequest {
        var request = WebRequest(
            "GET", "\(settings.apiRoot)/file/bot\(token.reveal())/\(URLText.escapedPath(path))")
        prepare(&request)
        return request
    }

    /// Opens an address for reading, as all calls do.
    func open(_ request: WebRequest) async throws(TelegramError) -> WebStream {
        do throws(WebError) {
            return try await web.open(request)
        } catch {
            noteFailure(error)
            throw TelegramError(error)
        }
    }

    // MARK: One request

    private func request(
        _ method: String, _ parameters: JSONObject, _ files: [(name: String, file: FormFile)] = []
    ) -> WebRequest {
        let address = "\(settings.apiRoot)/bot\(token.reveal())/\(method)"
        var request: WebRequest
        if files.isEmpty {
            request = WebRequest(
                "POST", address, headers: [("Content-Type", "application/json")],
                body: JSON.object(JSONObject(parameters.lazy.filter { !$0.value.isNull })).encoded())
        } else {
            var form = MultipartForm()
            for (name, value) in parameters where !value.isNull {
                form.append(name, value.stringValue ?? value.text)
            }
            for (name, file) in files { form.append(name, file) }
            request = form.request(to: address)
        }
        prepare(&request)
        request.maxBodyBytes = Self.maxAnswerBytes
        return request
    }

    /// Takes a message away.
    func delete(_ id: TelegramMessageID) async throws(TelegramError) {
        _ = try await call("deleteMessage", ["chat_id": JSON(id.chat), "message_id": JSON(id.number)])
    }

    private func prepare(_ request: inout WebRequest) {
        request.proxy = settings.proxy
        request.idleTimeout = settings.timeout
        if usesIPv4Only { request.family = .ipv4 }
        request.racesAddresses = settings.racesAddresses
    }

    private func send(_ request: WebRequest) async throws(TelegramError) -> JSON {
        let reply: WebReply
        do throws(WebError) {
            reply = try await web.send(request)
        } catch {
            noteFailure(error)
            throw TelegramError(error)
        }
        // Proxies before the Bot API answer in HTML: then the status says what there is to say.
        let answer = try? JSON.parse(reply.body)
        if (200..<300).contains(reply.status), answer?["ok"]?.boolValue == true,
            let result = answer?["result"]
        {
            return result
        }
        guard reply.status >= 300 || answer != nil else {
            throw .unanswered(
                "The answer from `\(apiHost)` is not the Bot API's; check `channels.telegram.apiRoot`.")
        }
        // A page of something in between says nothing of what was asked.
        guard answer != nil || reply.status >= 500 || [401, 413, 429].contains(reply.status) else {
            throw .unreachable(
                "HTTP \(reply.status) came from `\(apiHost)`, and not from the Bot API; check `channels.telegram.apiRoot`."
            )
        }
        let error = TelegramError(status: answer?["error_code"]?.intValue ?? reply.status, answer: answer)
        if case .badToken = error { tokenRefused.open() }
        throw error
    }

    private var apiHost: String { String(settings.apiRoot.split(separator: "/").dropFirst().first ?? "") }

    /// Machines without IPv4 there are, too.
    private func noteFailure(_ error: WebError) {
        if case .unreachable = error { usesIPv4Only = false }
    }

    private func waitWhileQuiet(_ chat: String) async throws(TelegramError) {
        while let left = quiet.left(for: chat) {
            guard left <= Self.longestOwnWait else { throw .flood(left) }
            do {
                try await clock.sleep(for: left)
            } catch {
                throw .cancelled
            }
        }
    }
}

/// Text that goes into an address.
enum URLText {
    /// A path with everything escaped that could end it or climb out of it.
    static func escapedPath(_ path: String) -> String {
        path.split(separator: "/").filter { $0 != ".." && $0 != "." }.map(\.percentEncoded).joined(
            separator: "/")
    }
}
