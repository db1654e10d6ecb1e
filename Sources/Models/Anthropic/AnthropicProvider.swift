import Core
import Wire

/// Answers through Anthropic's Messages API, or a server that speaks it.
struct AnthropicProvider: VendorProvider {
    let web: WebClient
    let endpoint: Endpoint

    func send(
        _ request: AnthropicRequest, _ emit: @MainActor (ModelEvent) async -> Void
    ) async throws(ModelError) -> AssistantMessage {
        try await VendorCall(web: web, endpoint: endpoint).send(
            BaseURL.join(endpoint.baseURL, version: "v1", "messages"), headers: headers(request),
            request, reader: AnthropicReader(), emit: emit)
    }

    private func headers(_ request: AnthropicRequest) -> [(name: String, value: String)] {
        var betas: [String] = []
        if endpoint.credential.kind == .token { betas.append("oauth-2025-04-20") }
        if request.thinksByBudget { betas.append("interleaved-thinking-2025-05-14") }
        guard !betas.isEmpty else { return endpoint.keyHeaders }
        return endpoint.keyHeaders + [("anthropic-beta", betas.joined(separator: ","))]
    }
}
