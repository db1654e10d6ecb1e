import Core
import Testing
import Wire

@testable import Models

struct VendorFailureTests {
    @Test func `an error in an answer that began well is told by its code`() {
        let endpoint = Endpoint.sample(.openAICompletions)
        func told(_ status: Int, _ json: JSON) -> String {
            ModelError(VendorFailure(status: status, json: json), from: endpoint).explanation
        }

        #expect(told(400, [:]) == "`fake/fake-1` refused the request (HTTP 400).")
        #expect(
            told(200, ["error": ["code": "insufficient_quota", "message": "pay"]]).contains(
                "wants payment first (HTTP 200): pay."))
    }

    @Test func `a key that no header can hold is named instead of the address`() {
        var endpoint = Endpoint.sample(.openAICompletions)
        func told() -> String { ModelError(WebError.invalidRequest("No."), endpoint).explanation }

        #expect(told().contains("models.providers.fake.baseUrl"))
        endpoint.credential.secret = Secret("k\r\nx-evil: 1")
        #expect(told().contains("line break") && told().contains("models.providers.fake.apiKey"))
    }

    @Test(arguments: [
        // Anthropic
        (
            401, #"{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}"#,
            VendorFailure.Kind.unauthorized
        ),
        (403, #"{"type":"error","error":{"type":"permission_error","message":"no"}}"#, .forbidden),
        (404, #"{"type":"error","error":{"type":"not_found_error","message":"model: x"}}"#, .unknownModel),
        (413, #"{"type":"error","error":{"type":"request_too_large","message":"big"}}"#, .contextTooLong),
        (429, #"{"type":"error","error":{"type":"rate_limit_error","message":"slow"}}"#, .rateLimited),
        (400, #"{"type":"error","error":{"type":"billing_error","message":"pay"}}"#, .billing),
        (529, #"{"type":"error","error":{"type":"overloaded_error","message":"busy"}}"#, .overloaded),
        (500, #"{"type":"error","error":{"type":"api_error","message":"oops"}}"#, .overloaded),
        (
            400,
            #"{"type":"error","error":{"type":"invalid_request_error","message":"rate limit 429 billing"}}"#,
            .rejected
        ),
        // OpenAI
        (
            401,
            #"{"error":{"message":"Incorrect API key","type":"invalid_request_error","code":"invalid_api_key"}}"#,
            .unauthorized
        ),
        (
            429,
            #"{"error":{"message":"You exceeded","type":"insufficient_quota","code":"insufficient_quota"}}"#,
            .billing
        ),
        (
            429, #"{"error":{"message":"Slow down","type":"requests","code":"rate_limit_exceeded"}}"#,
            .rateLimited
        ),
        (
            400,
            #"{"error":{"message":"too long","type":"invalid_request_error","code":"context_length_exceeded"}}"#,
            .contextTooLong
        ),
        (
            404, #"{"error":{"message":"no model","type":"invalid_request_error","code":"model_not_found"}}"#,
            .unknownModel
        ),
        (404, #"{"error":{"message":"no model","type":"server_error","code":null}}"#, .unknownModel),
        (503, #"{"error":{"message":"busy","type":"server_error"}}"#, .overloaded),
        // Google
        (
            400,
            #"{"error":{"code":400,"message":"API key not valid","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}"#,
            .unauthorized
        ),
        (400, #"[{"error":{"code":400,"message":"bad","status":"INVALID_ARGUMENT"}}]"#, .rejected),
        (400, #"{"error":{"code":400,"message":"enable billing","status":"FAILED_PRECONDITION"}}"#, .billing),
        (429, #"{"error":{"code":429,"message":"quota","status":"RESOURCE_EXHAUSTED"}}"#, .rateLimited),
        (403, #"{"error":{"code":403,"message":"no","status":"PERMISSION_DENIED"}}"#, .forbidden),
        (503, #"{"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}}"#, .overloaded),
        // Others
        (403, "{}", .forbidden), (402, #"{"error":"no credits"}"#, .billing), (404, "null", .unknownModel),
        (502, "[]", .overloaded),
        (418, "{}", .rejected), (302, "{}", .rejected), (408, "{}", .timedOut), (504, "{}", .timedOut),
    ])
    func `status and code decide`(status: Int, body: String, kind: VendorFailure.Kind) throws {
        #expect(VendorFailure(status: status, json: try json(body)).kind == kind)
    }

    @Test(arguments: [
        // Anthropic, Bedrock.
        "prompt is too long: 213381 tokens > 200000 maximum",
        "input length and `max_tokens` exceed context limit: 178959 + 64000 > 200000, decrease input length or "
            + "`max_tokens` and try again",
        "Input is too long for requested model.",
        // OpenAI and those who follow it.
        "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
        "Your input exceeds the context window of this model. Please adjust your input and try again.",
        "Input tokens exceed the configured limit of 272000 tokens.",
        "This endpoint's maximum context length is 8192 tokens. However, you requested about 9000 tokens.",
        "Prompt contains 40000 tokens, too large for model with 32768 maximum context length",
        "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
        "Please reduce the length of the messages or completion.",
        "prompt token count of 70000 exceeds the limit of 64000",
        // Google, Moonshot, MiniMax, Z.AI, Qwen, Cohere.
        "The input token count (1200293) exceeds the maximum number of tokens allowed (1048576).",
        "Invalid request: Your request exceeded model token limit: 8192 (requested: 9000)",
        "invalid params, context window exceeds limit (2013)", "Prompt exceeds max length",
        "Range of input length should be [1, 30720]", "too many tokens: size limit exceeded by 9000 tokens",
        // Servers of one's own.
        "request (9000 tokens) exceeds the available context size (8192 tokens), try increasing it",
        "The number of tokens to keep from the initial prompt is greater than the context length.",
        "prompt too long; exceeded max context length by 812 tokens",
        "The decoder prompt (length 9000) is longer than the maximum model length of 8192.",
        "The input (9000 tokens) is longer than the model's context length (8192 tokens).",
        "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8193.",
    ])
    func `the vendors' words for a conversation that is too long are known`(said: String) {
        #expect(VendorFailure(status: 400, message: said).kind == .contextTooLong)
        #expect(
            VendorFailure(status: nil, codes: ["invalid_request_error"], message: said).kind
                == .contextTooLong)
        #expect(VendorFailure(status: 429, message: said).kind == .rateLimited)
    }

    @Test(arguments: [
        "max_tokens: 64001 > 8192, which is the maximum allowed number of output tokens for claude-3",
        "max_tokens is too large: 100000. This model supports at most 16384 completion tokens.",
        "'max_tokens' or 'max_completion_tokens' is too large: 9000. This model's maximum context length is 8192 "
            + "tokens and your request has 12 input tokens (9000 > 8192 - 12).",
        "Request too large for model in organization org on tokens per minute (TPM): Limit 6000, Requested 9000, "
            + "please reduce the length of the messages and try again.",
        "Too many tokens, please wait before trying again.", "messages: at least one message is required",
    ])
    func `other limits are not taken for it`(said: String) {
        #expect(VendorFailure(status: 400, message: said).kind == .rejected)
    }

    @Test(arguments: [
        (
            #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
            VendorFailure.Kind.overloaded
        ),
        (#"{"error":{"code":429,"message":"busy upstream"}}"#, .rateLimited),
        (#"{"error":{"code":401,"message":"No auth"}}"#, .unauthorized),
        (#"{"error":{"message":"?"}}"#, .overloaded),
    ])
    func `an error inside a stream has no status but its code`(body: String, kind: VendorFailure.Kind) throws
    {
        #expect(VendorFailure(status: nil, json: try json(body)).kind == kind)
    }

    @Test func `Google's retry delay is read`() throws {
        let body = #"{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"34.5s"}]}}"#
        #expect(VendorFailure(status: 429, json: try json(body)).retryAfter == .milliseconds(34_500))
    }

    @Test func `the message holds the vendor's words on one line and never the key`() {
        let endpoint = Endpoint.sample(.openAICompletions)
        let failure = VendorFailure(status: 401, message: "Bad key secret-key-0123\nsee docs")

        let text = ModelError(failure, from: endpoint).explanation

        #expect(
            text
                == "`fake/fake-1` did not accept the key (HTTP 401): Bad key *** see docs. "
                + "Check `models.providers.fake.apiKey`.")
    }

    @Test(arguments: [
        "Bad key secret-key-0123", "used sk-proj-abcdefgh01234567", "Authorization: Bearer abcdefgh01234567",
        "GET /v1?key=abcdefgh01234567", #"{"api_key": "abcdefgh01234567"}"#,
        String(repeating: "x", count: 492) + " secret-key-0123",
    ])
    func `no secret in a vendor's words is passed on`(said: String) {
        let text = ModelError(VendorFailure(status: 400, message: said), from: .sample(.openAICompletions))
            .explanation
        #expect(!text.contains("secret-k") && !text.contains("abcdefgh0"))
    }

    @Test(arguments: [
        (
            Endpoint.sample(.anthropicMessages, provider: "anthropic"),
            "Add credit at https://platform.claude.com/settings/billing, or choose another model with `/model`."
        ),
        (
            .sample(.openAICompletions),
            "Add credit on the provider's billing page, or choose another model with `/model`."
        ),
    ])
    func `who must pay is told where`(endpoint: Endpoint, advice: String) {
        let error = ModelError(VendorFailure(status: 402), from: endpoint)
        #expect(error.explanation == "`\(endpoint.reference)` wants payment first (HTTP 402). \(advice)")
    }

    @Test func `a redirect is named without what may be secret, and with the setting`() {
        let endpoint = Endpoint.sample(.openAICompletions)
        let place = "https://user:secret-of-it@new.example/v1/chat/completions?key=abcdefgh01234567#x"
        let failure = VendorFailure(status: 308, message: endpoint.redirectAdvice(to: place))

        #expect(
            ModelError(failure, from: endpoint).explanation
                == "`fake/fake-1` refused the request (HTTP 308): It sends requests on to "
                + "`https://user:***@new.example/v1/chat/completions`, where they are not sent by themselves. "
                + "Check `models.providers.fake.baseUrl`.")
    }

    @Test func `a limit says how long it lasts`() {
        let failure = VendorFailure(status: 429, message: "Slow down.", retryAfter: .seconds(90))
        #expect(
            ModelError(failure, from: .sample(.openAICompletions)).explanation
                == "`fake/fake-1` is rate-limited for this key (HTTP 429): Slow down. Ask again in 1m 30s.")
    }

    @Test(arguments: [400, 401, 403, 429])
    func `a Claude subscription that is refused is told of keys`(status: Int) {
        var endpoint = Endpoint.sample(.anthropicMessages, provider: "anthropic")
        #expect(
            !ModelError(VendorFailure(status: status), from: endpoint).explanation.contains("subscription"))
        endpoint.credential.kind = .token
        #expect(
            ModelError(VendorFailure(status: status), from: endpoint).explanation.hasSuffix(
                "may refuse others: set `ANTHROPIC_API_KEY` instead."))
    }

    @Test func `the server of the ChatGPT subscriptions is understood`() throws {
        let limit = #"{"error":{"type":"usage_limit_reached","message":"Limit.","resets_in_seconds":3700}}"#
        let failure = VendorFailure(status: 429, json: try json(limit))
        #expect(failure.kind == .rateLimited && failure.retryAfter == .seconds(3700))
        let detail = VendorFailure(status: 400, json: try json(#"{"detail":"Unsupported model"}"#))
        #expect(detail.message == "Unsupported model" && detail.kind == .rejected)
    }

    @Test(
        arguments: [
            (
                "fake", "models.providers.fake.baseUrl",
                "Check `models.providers.fake.baseUrl` (`http://***@127.0.0.1:1`)."
            ),
            (
                "openai", nil,
                "Check this machine's network and proxy, or set another address in `models.providers.openai.baseUrl`."
            ),
            (
                "ollama", nil,
                "Is the server running? Start it, or set its address in `models.providers.ollama.baseUrl` (`http://***@127.0.0.1:1`)."
            ),
        ] as [(String, String?, String)])
    func `an address that does not answer is named with its setting`(
        provider: String, setting: String?, advice: String
    ) {
        var endpoint = Endpoint.sample(.openAICompletions, provider: provider)
        endpoint.baseURL = "http://user:password@127.0.0.1:1"
        endpoint.addressSetting = setting
        let error = ModelError(WebError.unreachable("`h`: Could not resolve host: h"), endpoint)
        #expect(
            error.explanation
                == "`\(provider)/fake-1` could not be reached: `h`: Could not resolve host: h. "
                + advice.replacing("***@", with: "user:***@"))
    }

    @Test func `a long message is cut`() {
        let failure = VendorFailure(status: 400, message: String(repeating: "x", count: 10_000))
        #expect(ModelError(failure, from: .sample(.openAICompletions)).explanation.count < 600)
    }

    @Test func `a refused request larger than the context is too long`() {
        let failure = VendorFailure(status: 400, codes: ["invalid_request_error"], message: "no")
        let endpoint = Endpoint.sample(.anthropicMessages, contextWindow: 1000)

        guard case .contextTooLong = ModelError(failure, from: endpoint, wordBytes: 5000) else {
            Issue.record("5000 bytes are more than 1000 tokens")
            return
        }
        guard case .rejected = ModelError(failure, from: endpoint, wordBytes: 3000) else {
            Issue.record("3000 bytes may be fewer than 1000 tokens")
            return
        }
    }
}
