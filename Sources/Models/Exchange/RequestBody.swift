import Core

/// What is sent to a vendor: a JSON object, and the tools in it as they were encoded for an earlier request.
struct RequestBody {
    let members: JSONObject
    /// A JSON value; nil without tools.
    let tools: [UInt8]?

    /// `map` says what the vendor is told of the tools.
    init<Request: VendorRequest>(
        _ members: JSONObject, of request: Request.Type, tools: ToolOffer, _ map: ([ToolSchema]) -> JSON
    ) {
        self.members = members
        self.tools = tools.schemas.isEmpty ? nil : tools.encoded(for: request, map)
    }

    func encoded() -> [UInt8] {
        .jsonObject(capacity: Self.usualBytes) { writer in
            writer.addMembers(of: members)
            if let tools { writer.add("tools", encoded: tools) }
        }
    }

    /// A question of a few words, with the house's own tools and instructions.
    private static let usualBytes = 16 << 10
}
