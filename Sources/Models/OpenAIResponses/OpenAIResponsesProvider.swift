import Core
import Wire

/// Answers through OpenAI's Responses API.
struct OpenAIResponsesProvider: ModelProvider {
    let web: WebClient
    let endpoint: Endpoint

    func respond(
        to request: ModelRequest, emit: @MainActor (ModelEvent) async -> Void
    ) async throws(ModelError) -> AssistantMessage {
        let mapped = OpenAIResponsesRequest(request, for: endpoint)
        do throws(ModelError) {
            return try await send(mapped, emit)
        } catch .rejected where mapped.hasReasoning {
            // Encrypted thoughts can be read by the account that had them only.
            return try await send(OpenAIResponsesRequest(request, for: endpoint, keepsReasoning: false), emit)
        }
    }

    private func send(
        _ request: OpenAIResponsesRequest, _ emit: @MainActor (ModelEvent) async -> Void
    ) async throws(ModelError) -> AssistantMessage {
        try await VendorCall(web: web, endpoint: endpoint).send(
            endpoint.baseURL + "/responses", headers: endpoint.bearer, body: request.body,
            reader: OpenAIResponsesReader(), emit: emit)
    }
}
