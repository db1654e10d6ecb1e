import Core
import Wire

/// Asks a vendor which models it has for this credential.
@MainActor
struct ModelList {
    let web: WebClient
    let endpoint: Endpoint

    /// OpenRouter's list is the longest known, about 1.5 MB.
    private static let maxBytes = 4 << 20
    /// The person is waiting for an answer, and this only makes its text better.
    private static let timeout: Duration = .seconds(5)

    /// Their ids; empty when the vendor has no list or does not give it.
    func ids() async -> [String] {
        // The failure that led here is told in any case; without a list it names no other model.
        (try? await asked()) ?? []
    }

    /// Their ids, or what the vendor said instead.
    func asked() async throws(ModelError) -> [String] {
        var request = WebRequest("GET", url, headers: endpoint.headerList(vendor: endpoint.keyHeaders))
        request.proxy = endpoint.proxy
        request.totalTimeout = Self.timeout
        request.maxBodyBytes = Self.maxBytes
        let reply: WebReply
        do throws(WebError) { reply = try await web.send(request) } catch {
            throw ModelError(error, endpoint)
        }
        let json = try? JSON.parse(reply.body)  // what is no JSON is told by its status
        guard reply.status == 200, let json else {
            throw ModelError(VendorFailure(status: reply.status, json: json ?? .null), from: endpoint)
        }
        return Self.ids(json)
    }

    private var url: String {
        switch endpoint.api {
        case .anthropicMessages: BaseURL.join(endpoint.baseURL, version: "v1", "models?limit=1000")
        case .googleGenerativeAI: BaseURL.join(endpoint.baseURL, version: "v1beta", "models?pageSize=1000")
        case .openAICompletions, .openAIResponses: endpoint.baseURL + "/models"
        }
    }

    /// `{data: [{id}]}`, or Google's `{models: [{name: "models/…", supportedGenerationMethods}]}`.
    static func ids(_ json: JSON) -> [String] {
        if let models = json["models"]?.arrayValue {
            return models.compactMap { model in
                let methods = model["supportedGenerationMethods"]?.arrayValue
                guard methods?.contains("generateContent") ?? true else { return nil }
                return model["name"]?.stringValue.map {
                    $0.hasPrefix("models/") ? String($0.dropFirst(7)) : $0
                }
            }
        }
        return (json["data"]?.arrayValue ?? json.arrayValue ?? []).compactMap { $0["id"]?.stringValue }
    }
}
