import Testing

@testable import Models

struct VendorTests {
    @Test(arguments: [
        ("anthropic", "anthropic"), ("apiKey", "anthropic"), ("setup-token", "anthropic"),
        ("openai-api-key", "openai"), ("gemini-api-key", "google"), ("gemini", "google"),
        ("Google", "google"),
        ("ai-gateway-api-key", "vercel-ai-gateway"), ("ollama", "ollama"), ("openai-codex", nil), ("", nil),
        ("skip", nil),
    ])
    func `a vendor is found by its own name and by the original's`(name: String, id: String?) {
        #expect(Vendor.named(name)?.id == id)
    }

    @Test func `who needs a key has a variable for it, and no two share one`() {
        let variables = Vendor.all.compactMap(\.keyVariable)

        #expect(variables.count == Set(variables).count)
        for vendor in Vendor.all {
            #expect((vendor.keyVariable == nil) == (KnownProvider.named(vendor.id)?.needsKey == false))
        }
    }
}
