import Core
import Wire

/// Answers through OpenAI's Chat Completions API, or one of the many servers that speak it.
struct OpenAIChatProvider: ModelProvider {
    let web: WebClient
    let endpoint: Endpoint

    func respond(
        to request: ModelRequest, emit: @MainActor (ModelEvent) async -> Void
    ) async throws(ModelError) -> AssistantMessage {
        let mapped = OpenAIChatRequest(request, for: endpoint)
        do throws(ModelError) {
            return try await send(mapped, emit)
        } catch .rejected where mapped.hasReasoning {
            return try await send(OpenAIChatRequest(request, for: endpoint, keepsReasoning: false), emit)
        }
    }

    private func send(
        _ request: OpenAIChatRequest, _ emit: @MainActor (ModelEvent) async -> Void
    ) async throws(ModelError) -> AssistantMessage {
        try await VendorCall(web: web, endpoint: endpoint).send(
            endpoint.baseURL + "/chat/completions", headers: endpoint.bearer, body: request.body,
            reader: OpenAIChatReader(), emit: emit)
    }
}
