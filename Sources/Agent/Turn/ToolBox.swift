package import Core

/// The tools of the house, and the rules every call keeps whatever the tool is.
///
/// A call that cannot be made is a result that says why: the model reads it and does better.
@MainActor
package final class ToolBox {
    private let byName: [String: any Tool]
    private let allSchemas: [ToolSchema]
    private var offers: [ToolPolicy: ToolOffer] = [:]
    /// What one result may add to the conversation: 64 KiB are about 16,000 tokens.
    private let maxResultBytes: Int
    /// A call that takes longer is stopped.
    ///
    /// Tools with a limit of their own keep below.
    let callTimeout: Duration

    package init(
        _ tools: [any Tool] = [], maxResultBytes: Int = 64 << 10, callTimeout: Duration = .seconds(1_860)
    ) {
        var byName: [String: any Tool] = [:]
        for tool in tools {
            let name = tool.schema.name
            precondition(byName.updateValue(tool, forKey: name) == nil, "Tool '\(name)' is registered twice.")
        }
        self.byName = byName
        allSchemas = tools.map(\.schema)
        self.maxResultBytes = maxResultBytes
        self.callTimeout = callTimeout
    }

    package var names: [String] { allSchemas.map(\.name) }

    /// What a model is told; a tool that the policy denies is not even named.
    package func offer(_ policy: ToolPolicy) -> ToolOffer {
        if let known = offers[policy] { return known }
        if offers.count >= Self.mostOffers { offers = [:] }
        let offer = ToolOffer(allSchemas.filter { policy.allows($0.name) })
        offers[policy] = offer
        return offer
    }

    /// Policies whose offers are kept: an agent has one, and so has each place in a channel that sets rules.
    private static let mostOffers = 16

    /// What a call will do, decided before it is written into the journal.
    enum Plan {
        case run(any Tool)
        case refuse(ToolResult)

        @MainActor var changesTheWorld: Bool {
            if case .run(let tool) = self { tool.changesTheWorld } else { false }
        }
    }

    func plan(_ call: ToolCall, _ policy: ToolPolicy) -> Plan {
        guard let tool = byName[call.name] else { return .refuse(.failure("Tool \(call.name) not found")) }
        guard policy.allows(call.name) else {
            return .refuse(
                .failure("Tool \(call.name) is not allowed here by the `tools` section of the config."))
        }
        guard call.arguments.objectValue != nil else {
            return .refuse(
                .failure("The arguments of \(call.name) are not a JSON object. Send the call again."))
        }
        return .run(tool)
    }

    /// The result, never larger than a conversation can bear.
    func run(
        _ call: ToolCall, _ plan: Plan, in context: ToolContext
    ) async throws(CancellationError) -> ToolResult {
        switch plan {
        case .refuse(let result): return result
        case .run(let tool): return limited(try await tool.call(call.arguments, in: context))
        }
    }

    private func limited(_ result: ToolResult) -> ToolResult {
        var result = result
        let bytes = result.content.reduce(0) { $0 + $1.textBytes }
        guard bytes > maxResultBytes else { return result }
        let images = result.content.filter(\.isImage)
        result.content = [.text(OutputLimit.headAndTail(result.content.text, bytes: maxResultBytes))] + images
        return result
    }

    /// A few words for a tool card: `read notes.md`.
    func title(_ call: ToolCall, summary: String? = nil) -> String {
        let subject = summary ?? Self.subjects.lazy.compactMap { call.arguments[$0]?.stringValue }.first
        guard let subject, !subject.isEmpty else { return call.name }
        return "\(call.name) \(String(subject.prefix { $0 != "\n" }).head(bytes: 120))"
    }

    private static let subjects = ["path", "command", "query", "url"]
}

extension ToolResult {
    static func failure(_ text: String) -> ToolResult { ToolResult(text, isError: true) }
}

extension Block {
    fileprivate var textBytes: Int { if case .text(let text, _) = self { text.utf8.count } else { 0 } }
}
