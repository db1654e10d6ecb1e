import Core
import Testing

@testable import Models

struct VendorFailureTests {
    @Test(arguments: [
        // Anthropic
        (
            401, #"{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}"#,
            VendorFailure.Kind.unauthorized
        ),
        (403, #"{"type":"error","error":{"type":"permission_error","message":"no"}}"#, .unauthorized),
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
        (503, #"{"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}}"#, .overloaded),
        // Others
        (402, #"{"error":"no credits"}"#, .billing), (404, "null", .unknownModel), (502, "[]", .overloaded),
        (418, "{}", .rejected), (302, "{}", .rejected), (408, "{}", .timedOut), (504, "{}", .timedOut),
    ])
    func `status and code decide`(status: Int, body: String, kind: VendorFailure.Kind) throws {
        #expect(VendorFailure(status: status, json: try json(body)).kind == kind)
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
                == "`fake/fake-1` did not accept the key (HTTP 401): Bad key ••• see docs. "
                + "Check `models.providers.fake.apiKey`.")
    }

    @Test func `a long message is cut`() {
        let failure = VendorFailure(status: 400, message: String(repeating: "x", count: 10_000))
        #expect(ModelError(failure, from: .sample(.openAICompletions)).explanation.count < 600)
    }

    @Test func `a refused request larger than the context is too long`() {
        let failure = VendorFailure(status: 400, codes: ["invalid_request_error"], message: "no")
        let endpoint = Endpoint.sample(.anthropicMessages, contextWindow: 1000)

        guard case .contextTooLong = ModelError(failure, from: endpoint, requestBytes: 5000) else {
            Issue.record("5000 bytes are more than 1000 tokens")
            return
        }
        guard case .rejected = ModelError(failure, from: endpoint, requestBytes: 3000) else {
            Issue.record("3000 bytes may be fewer than 1000 tokens")
            return
        }
    }
}
