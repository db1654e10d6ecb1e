import Core
package import Wire

/// Looks for an Ollama on this machine.
@MainActor
package struct LocalModels {
    private let web: WebClient
    private let baseURL: String

    package init(web: WebClient, baseURL: String = "http://127.0.0.1:11434") {
        self.web = web
        self.baseURL = baseURL
    }

    /// The names of its models; empty when none answers within 300 ms.
    package func names() async -> [String] {
        var request = WebRequest("GET", baseURL + "/api/tags")
        request.totalTimeout = .milliseconds(300)
        request.maxBodyBytes = 1 << 20
        // That nobody listens is the usual case, and the answer is the same: there is no Ollama.
        guard let reply = try? await web.send(request), reply.status == 200,
            let json = try? JSON.parse(reply.body)
        else { return [] }
        return (json["models"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
    }
}
