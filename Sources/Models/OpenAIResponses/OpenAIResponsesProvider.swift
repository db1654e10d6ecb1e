import Core
import Wire

/// Answers through OpenAI's Responses API.
struct OpenAIResponsesProvider: VendorProvider {
    let web: WebClient
    let endpoint: Endpoint

    func send(
        _ request: OpenAIResponsesRequest, _ emit: @MainActor (ModelEvent) async -> Void
    ) async throws(ModelError) -> AssistantMessage {
        try await VendorCall(web: web, endpoint: endpoint).send(
            endpoint.baseURL + "/responses", headers: endpoint.keyHeaders, request,
            reader: OpenAIResponsesReader(), emit: emit)
    }
}
