import Core
import Wire

/// Serves the page: its files, and what it asks for before it has logged in.
struct ControlUIRoutes {
    let settings: GatewaySetup
    let version: String

    /// Always an answer: nothing comes after the page.
    func response(to request: HTTPRequest) -> HTTPResponse {
        let ui = settings.controlUI
        guard ui.isEnabled, request.method == "GET" || request.method == "HEAD" else { return Self.notFound }
        guard let path = inside(request.path) else { return redirect(request) ?? Self.notFound }
        if path == "/control-ui-config.json" || path == "/__openclaw/control-ui-config.json" {
            return bootstrap
        }
        if path.hasPrefix("/avatar/") { return avatar(path.dropFirst("/avatar/".count), request) }
        guard let folder = ui.folder else { return Self.missing }
        let files = ControlUIFiles(folder: folder, foreign: ui.isForeign ? { foreign($0) } : nil)
        return files.response(to: request, path: path)
    }

    /// What the index of another page is told.
    private func foreign(_ file: [UInt8]) -> ForeignIndex {
        ForeignIndex(
            file, basePath: settings.controlUI.basePath, name: assistantName, avatar: assistantAvatar)
    }

    private var agent: AgentFacts? { settings.agent(settings.keys.defaultAgent) }
    private var assistantName: String { agent?.name ?? settings.assistantName }
    private var assistantAvatar: String { AvatarAnswer(of: settings.keys.defaultAgent, in: settings).shown }

    /// The path below the base path; nil when it is outside.
    private func inside(_ path: String) -> String? {
        let base = settings.controlUI.basePath
        if base.isEmpty { return path }
        guard path.hasPrefix(base + "/") else { return nil }
        return String(path.dropFirst(base.count))
    }

    /// `/base` is answered with `/base/`: the page's links are relative.
    private func redirect(_ request: HTTPRequest) -> HTTPResponse? {
        let base = settings.controlUI.basePath
        guard !base.isEmpty, request.path == base else { return nil }
        var response = HTTPResponse(status: 302)
        response.headers["Location"] = base + "/" + (request.query.map { "?\($0)" } ?? "")
        return response
    }

    private var bootstrap: HTTPResponse {
        var response = HTTPResponse.json(
            JSON.object([
                "basePath": .string(settings.controlUI.basePath),
                "assistantName": .string(assistantName),
                "assistantAvatar": .string(assistantAvatar),
                "assistantAgentId": .string(settings.keys.defaultAgent.rawValue),
                "serverVersion": .string(version),
            ]).encoded())
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response
    }

    /// An agent's picture, or with `?meta=1` where it is.
    private func avatar(_ id: Substring, _ request: HTTPRequest) -> HTTPResponse {
        guard id.isIdentifier(most: 64) else { return Self.notFound }
        let answer = AvatarAnswer(of: SessionKeyRules.normalized(AgentID(String(id))), in: settings)
        guard request.queryValue("meta") == "1" else {
            return answer.file.flatMap { picture($0, for: request) } ?? Self.notFound
        }
        let facts = answer.facts
        var response = HTTPResponse.json(
            JSON.object([
                "avatarUrl": answer.url.map { .string($0) } ?? .null,
                "avatarSource": facts?["avatarSource"] ?? .null,
                "avatarStatus": facts?["avatarStatus"] ?? .null,
                "avatarReason": facts?["avatarReason"] ?? .null,
            ]).encoded())
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response
    }

    private func picture(_ file: AvatarFile, for request: HTTPRequest) -> HTTPResponse? {
        var response = HTTPResponse(status: 304)
        if !request.isNotModified(etag: file.etag) {
            guard let bytes = file.read() else { return nil }
            response = HTTPResponse(body: .bytes(bytes))
            response.headers["Content-Type"] = file.contentType
        }
        response.headers["ETag"] = file.etag
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        // An SVG that is opened by itself is a page, and may hold scripts.
        response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
        return response
    }

    static var notFound: HTTPResponse {
        var response = HTTPResponse.text("Not Found", status: 404)
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response
    }

    private static var missing: HTTPResponse {
        HTTPResponse.text(
            "The Control UI is not here: its files were not found. Build it with `make ui`, or name its folder in "
                + "`gateway.controlUi.root`.\n", status: 503)
    }
}

extension Substring {
    /// Letters, digits, `_` and `-`, starting with a letter or digit.
    fileprivate func isIdentifier(most: Int) -> Bool {
        guard let first = utf8.first, utf8.count <= most else { return false }
        let isLetterOrDigit: (UInt8) -> Bool = { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        }
        return isLetterOrDigit(first) && utf8.allSatisfy { isLetterOrDigit($0) || $0 == 0x5F || $0 == 0x2D }
    }
}
