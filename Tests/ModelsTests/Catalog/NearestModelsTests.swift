import Core
import Testing

@testable import Models

struct NearestModelsTests {
    private static let anthropic = [
        "claude-opus-5", "claude-opus-4-8", "claude-opus-4-5-20251101", "claude-sonnet-5-5",
        "claude-haiku-5-5",
    ]
    private static let openAI = [
        "gpt-6-sol", "gpt-6.2-sol", "gpt-6-luna", "gpt-5.6-sol", "gpt-4o-audio-preview", "whisper-1",
        "text-embedding-3-large",
    ]

    @Test(arguments: [
        ("claude-opus-5-5", anthropic, ["claude-opus-5", "claude-opus-4-8", "claude-opus-4-5-20251101"]),
        ("claude-sonet-5-5", anthropic, ["claude-sonnet-5-5", "claude-haiku-5-5", "claude-opus-5"]),
        ("gpt-6.1-sol", openAI, ["gpt-6.2-sol", "gpt-6-sol", "gpt-5.6-sol"]),
        ("gpt-6.2-sol", openAI, ["gpt-6-sol", "gpt-5.6-sol", "gpt-6-luna"]),
        ("llama3", openAI, []), ("gpt-6-sol", [], []),
    ])
    func `the same name goes before the same version, that before the same letters`(
        id: String, among: [String], nearest: [String]
    ) {
        #expect(NearestModels.of(id, among: among) == nearest)
    }

    @Test(arguments: [
        (#"{"data":[{"id":"a","type":"model"},{"id":"b"},{}],"has_more":false}"#, ["a", "b"]),
        (
            #"{"models":[{"name":"models/g","supportedGenerationMethods":["generateContent"]},{"name":"models/e","supportedGenerationMethods":["embedContent"]},{"name":"x"}]}"#,
            ["g", "x"]
        ),
        (#"[{"id":"t"}]"#, ["t"]), (#"{"error":"no"}"#, []), ("null", []),
    ])
    @MainActor
    func `every vendor's list can be read`(text: String, ids: [String]) throws {
        #expect(ModelList.ids(try json(text)) == ids)
    }
}
