import Core
import Wire

/// Answers through Google's Gemini API.
struct GeminiProvider: VendorProvider {
    let web: WebClient
    let endpoint: Endpoint

    func send(
        _ request: GeminiRequest, _ emit: @MainActor (ModelEvent) async -> Void
    ) async throws(ModelError) -> AssistantMessage {
        let id =
            endpoint.modelID.hasPrefix("models/") ? String(endpoint.modelID.dropFirst(7)) : endpoint.modelID
        let path = "models/\(id.percentEncoded):streamGenerateContent?alt=sse"
        return try await VendorCall(web: web, endpoint: endpoint).send(
            BaseURL.join(endpoint.baseURL, version: "v1beta", path), headers: endpoint.keyHeaders,
            request, reader: GeminiReader(), emit: emit)
    }
}
