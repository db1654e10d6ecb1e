import Core
import Wire

/// Answers through OpenAI's Chat Completions API, or one of the many servers that speak it.
struct OpenAIChatProvider: VendorProvider {
    let web: WebClient
    let endpoint: Endpoint

    func send(
        _ request: OpenAIChatRequest, _ emit: @MainActor (ModelEvent) async -> Void
    ) async throws(ModelError) -> AssistantMessage {
        try await VendorCall(web: web, endpoint: endpoint).send(
            endpoint.baseURL + "/chat/completions", headers: endpoint.keyHeaders, request,
            reader: OpenAIChatReader(), emit: emit)
    }
}
