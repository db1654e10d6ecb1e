import Core
import Testing

@testable import Models

struct ModelCatalogTests {
    @Test func `every line of the table can be read, and no model stands there twice`() {
        let lines = ModelCatalog.table.split(separator: "\n")
        let rows = lines.compactMap { ModelCatalog.row($0) }

        #expect(rows.count == lines.count && rows.count > 100)
        #expect(Set(rows.map(\.reference)).count == rows.count)
        for row in rows {
            #expect(row.contextWindow >= row.maxTokens / 2 && row.maxTokens >= 1024, "\(row.reference)")
            #expect(KnownProvider.named(row.reference.provider) != nil, "\(row.reference)")
            #expect((row.price?.input ?? -1) >= 0 && (row.price?.output ?? -1) >= 0, "\(row.reference)")
        }
    }

    @Test func `every default model is in the table`() {
        let catalog = ModelCatalog()
        let listed = Set(catalog.models.map(\.reference))
        for provider in KnownProvider.all {
            guard let model = provider.defaultModel, !["kimi-code", "openai-codex"].contains(provider.id)
            else { continue }
            #expect(
                listed.contains(ModelReference(provider: provider.id, model: model)),
                "\(provider.id)/\(model)")
        }
    }

    @Test(arguments: [
        ("anthropic/claude-opus-9-2", 1_000_000, true, true),
        ("anthropic/claude-3-opus-x", 200_000, true, false),
        ("openai/gpt-9", 200_000, true, true), ("openai/o7-mini", 200_000, true, true),
        ("google/gemini-7-pro", 1_048_576, true, true), ("ollama/llama9:8b", 128_000, false, false),
        ("ollama/llava:7b", 128_000, true, false), ("ollama/qwen3-vl:8b", 128_000, true, false),
        ("vllm/openai/gpt-oss-20b", 200_000, false, true),
    ])
    func `an id on no list gets its family's limits`(
        text: String, context: Int, images: Bool, reasoning: Bool
    ) throws {
        let info = ModelCatalog().info(try #require(ModelReference(text)))
        #expect(info.contextWindow == context)
        #expect(info.acceptsImages == images)
        #expect(info.reasoning == reasoning)
        #expect(info.price == nil)
    }

    @Test(arguments: [
        ("openrouter/anthropic/claude-opus-4.6", "anthropic/claude-opus-4-6"),
        ("openrouter/deepseek/deepseek-v4-pro:free", "deepseek/deepseek-v4-pro"),
        ("vercel-ai-gateway/openai/gpt-5.5", "openai/gpt-5.5"), ("openai-codex/gpt-5.5", "openai/gpt-5.5"),
    ])
    func `a vendor's model behind a router has its limits, not its price`(router: String, vendor: String)
        throws
    {
        let catalog = ModelCatalog()
        var expected = catalog.info(try #require(ModelReference(vendor)))
        let reference = try #require(ModelReference(router))
        expected.reference = reference
        expected.price = nil
        #expect(catalog.info(reference) == expected)
    }

    @Test func `what an entry leaves out is what the table knows`() throws {
        let known = ModelCatalog().info(ModelReference(provider: "anthropic", model: "claude-opus-4-6"))
        var entry = try #require(ModelInfo(provider: "anthropic", json: ["id": "claude-opus-4-6"]))
        entry.efforts = known.efforts
        #expect(entry == known)

        let mine = try #require(ModelInfo(provider: "mine", json: ["id": "qwen3"]))
        #expect(mine.contextWindow == 200_000 && mine.maxTokens == 8192)
    }

    @Test func `an entry of the config file goes before the table`() throws {
        let entry = try json(
            """
            {"id":"gpt-5","name":"Mine","reasoning":true,"input":["text"],"cost":{"input":1,"output":2},"contextWindow":1000,"maxTokens":100,"api":"openai-completions"}
            """)
        let info = try #require(ModelInfo(provider: "openai", json: entry))
        let settings = ModelSettings(providers: ["openai": ProviderSettings(models: [info])])
        let catalog = ModelCatalog(settings: settings)

        let found = catalog.info(info.reference)
        #expect(
            found.name == "Mine" && found.contextWindow == 1000 && !found.acceptsImages
                && found.api == .openAICompletions)
        #expect(found.efforts == ["minimal", "low", "medium", "high"])
        #expect(catalog.models.filter { $0.reference == info.reference }.map(\.name) == ["Mine"])
        #expect(catalog.models.count > 100)
    }

    @Test func `replace lists the config file's models only`() {
        let info = ModelInfo(reference: ModelReference(provider: "x", model: "y"))
        let settings = ModelSettings(
            providers: ["x": ProviderSettings(models: [info])], replacesCatalog: true)
        #expect(ModelCatalog(settings: settings).models.map(\.reference.description) == ["x/y"])
    }

    @Test func `entries without an id are no models, and limits are positive`() throws {
        #expect(ModelInfo(provider: "x", json: ["name": "y"]) == nil)
        #expect(ModelInfo(provider: "x", json: ["id": "y", "maxTokens": -5])?.maxTokens == 1)
        #expect(ModelInfo(provider: "x", json: ["id": "y"])?.contextWindow == 200_000)
    }

    @Test func `a price is for a million tokens`() {
        let cost = ModelCatalog().cost(
            of: Usage(input: 1_000_000, output: 1_000_000, cacheRead: 1_000_000, cacheWrite: 1_000_000),
            ModelReference(provider: "anthropic", model: "claude-opus-4-5"))
        #expect(cost == Usage.Cost(input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25))
    }
}

struct EffortTests {
    @Test(
        arguments: [
            (ThinkingLevel.off, ["none", "low"], "none"), (.off, ["low", "high"], "low"),
            (.minimal, ["low", "high"], "low"),
            (.medium, ["low", "high"], "low"), (.high, ["low", "medium", "high"], "high"),
            (.xhigh, ["low", "max"], "low"),
            (.xhigh, ["high", "xhigh", "max"], "xhigh"), (.low, ["high", "max"], "high"), (.high, [], nil),
            (.high, ["odd"], nil),
        ] as [(ThinkingLevel, [String], String?)])
    func `the nearest effort that is not above the level is taken`(
        level: ThinkingLevel, efforts: [String], effort: String?
    ) {
        #expect(Effort.nearest(to: level, among: efforts) == effort)
    }
}

struct ModelFamilyTests {
    @Test(arguments: [
        ("claude-opus-4-5-20251101", 4, 5), ("claude-opus-4-20250514", 4, 0),
        ("claude-3-7-sonnet-20250219", 3, 7),
        ("anthropic/claude-opus-4.6", 4, 6), ("gpt-4o-mini", 4, 0), ("gpt-5.1-codex", 5, 1),
        ("o3-mini", 3, 0),
        ("gemini-2.5-flash", 2, 5), ("deepseek-v4-pro", 4, 0), ("claude-fable-5-1", 5, 1),
    ])
    func `the version stands in the id`(id: String, major: Int, minor: Int) {
        #expect(ModelFamily(id).version == ModelFamily.Version(major, minor))
    }

    @Test(arguments: ["", "gemini-flash-latest", "/", "claude-20250514", "x"])
    func `some ids have none`(id: String) {
        #expect(ModelFamily(id).version == nil)
    }
}
