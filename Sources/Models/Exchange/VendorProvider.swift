import Core
import Wire

/// A request in one vendor's words.
protocol VendorRequest {
    /// JSON, written straight from the conversation: as a value it would take several times its bytes.
    var body: [UInt8] { get }
    /// Thoughts are in it, which only the account that had them may send back.
    var hasReasoning: Bool { get }
    /// Base64 in `body`, which says nothing of how long the conversation is.
    var imageBytes: Int { get }

    init(_ request: ModelRequest, for endpoint: Endpoint, keepsReasoning: Bool)
}

extension VendorRequest {
    /// A body of what `add` writes, and of what `map` tells the vendor of the tools.
    static func body(
        offering tools: ToolOffer, as map: ([ToolSchema]) -> JSON, imageBytes: Int,
        _ add: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        let tools = tools.encoded(for: Self.self, map)
        // Room for a question of a few words with the house's own tools and instructions, and what stands around images.
        let capacity = (16 << 10) + imageBytes + imageBytes / 16
        return .jsonObject(capacity: capacity) { body in
            add(&body)
            if let tools { body.add("tools", encoded: tools) }
        }
    }
}

/// A provider that maps a request to one vendor's words and sends it.
@MainActor
protocol VendorProvider: ModelProvider {
    associatedtype Request: VendorRequest

    var web: WebClient { get }
    var endpoint: Endpoint { get }

    func send(
        _ request: Request, _ emit: @MainActor (ModelEvent) async -> Void
    ) async throws(ModelError) -> AssistantMessage
}

extension VendorProvider {
    /// Thoughts are bound to model, account and conversation; without them a refused history can go on.
    func respond(
        to request: ModelRequest, emit: @MainActor (ModelEvent) async -> Void
    ) async throws(ModelError) -> AssistantMessage {
        let mapped = Request(request, for: endpoint, keepsReasoning: true)
        do throws(ModelError) {
            return try await send(mapped, emit)
        } catch .rejected where mapped.hasReasoning {
            return try await send(Request(request, for: endpoint, keepsReasoning: false), emit)
        } catch .unknownModel(let message, _) {
            throw await unknownModel(message)
        }
    }

    /// What the vendor said, what to set, and the nearest models it has.
    private func unknownModel(_ said: String) async -> ModelError {
        let known = await ModelList(web: web, endpoint: endpoint).ids()
        let nearest = NearestModels.of(endpoint.modelID, among: known)
        // Who lists models is at the right address; of others it is not known.
        let address = known.isEmpty && endpoint.addressSetting != nil ? " " + endpoint.addressAdvice : ""
        let names = nearest.map { "`\(endpoint.reference.provider)/\($0)`" }.joined(separator: ", ")
        return .unknownModel(
            message:
                said + address + " Choose another with `/model`, or set `agents.defaults.model.primary`"
                + (names.isEmpty ? "." : "; the nearest there are: \(names)."), nearest: nearest)
    }
}
