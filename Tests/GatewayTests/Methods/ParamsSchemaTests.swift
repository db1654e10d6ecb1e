import Core
import Testing

@testable import Gateway

struct ParamsSchemaTests {
    private static let schema = ParamsSchema(
        .required("sessionKey", .string(least: 1)), .required("message", .string()),
        .required("idempotencyKey", .string(least: 1)), .optional("limit", .integer(least: 1, most: 1000)),
        .optional("label", .nullable(.string(least: 1, most: 3))),
        .optional("keys", .array(of: .string(least: 1), least: 1)),
        .optional("mode", .oneOf(["a", "b"])))

    /// The sentences of golden/chat.invalid.json and its like.
    @Test(arguments: [
        (
            "{}",
            "must have required property 'sessionKey'; must have required property 'message'; must have required property 'idempotencyKey'",
            "must have required property 'sessionKey'"
        ),
        (
            #"{"sessionKey":"a","message":"x","idempotencyKey":"k","bogus":1}"#,
            "at root: unexpected property 'bogus'", "at root: unexpected property 'bogus'"
        ),
        (
            #"{"sessionKey":"","message":5,"idempotencyKey":"k"}"#,
            "at /sessionKey: must NOT have fewer than 1 characters; at /message: must be string",
            "at /sessionKey: must not have fewer than 1 characters; at /message: must be string"
        ),
        (
            #"{"sessionKey":"a","message":"","idempotencyKey":"k","limit":0}"#, "at /limit: must be >= 1",
            "at /limit: must be >= 1"
        ),
        (
            #"{"sessionKey":"a","message":"","idempotencyKey":"k","limit":5000}"#,
            "at /limit: must be <= 1000",
            "at /limit: must be <= 1000"
        ),
        (
            #"{"sessionKey":"a","message":"","idempotencyKey":"k","limit":1.5}"#,
            "at /limit: must be integer",
            "at /limit: must be integer"
        ),
        (
            #"{"sessionKey":"a","message":"","idempotencyKey":"k","keys":["",1]}"#,
            "at /keys/0: must NOT have fewer than 1 characters; at /keys/1: must be string",
            "at /keys/0: must not have fewer than 1 characters; at /keys/1: must be string"
        ),
        (
            #"{"sessionKey":"a","message":"","idempotencyKey":"k","mode":"c"}"#,
            "at /mode: must be equal to constant; at /mode: must match a schema in anyOf",
            "at /mode: must be equal to one of the allowed values"
        ),
        (#""text""#, "must be object", "must be object"),
    ])
    func `violations are told as the original tells them`(text: String, three: String, four: String) throws {
        let json = try JSON.parse(text)

        #expect(Self.schema.violations(in: json, generation: .three).joined(separator: "; ") == three)
        #expect(Self.schema.violations(in: json, generation: .four).joined(separator: "; ") == four)
    }

    @Test(arguments: [#"null"#, #""abc""#])
    func `a nullable member takes null and what it is`(label: String) throws {
        let json = try JSON.parse(
            #"{"sessionKey":"a","message":"","idempotencyKey":"k","label":"# + label + "}")

        #expect(Self.schema.violations(in: json, generation: .four).isEmpty)
    }

    @Test
    func `a hostile array makes only so many sentences`() {
        let keys = JSON.array(Array(repeating: 1, count: 100_000))
        let json: JSON = ["sessionKey": "a", "message": "", "idempotencyKey": "k", "keys": keys]

        #expect(Self.schema.violations(in: json, generation: .three).count <= 32)
    }

    @Test(arguments: ["[]", "null", "7", #"{"bogus":1}"#])
    func `loose methods take anything`(text: String) throws {
        #expect(ParamsSchema.loose.violations(in: try JSON.parse(text), generation: .three).isEmpty)
    }
}
