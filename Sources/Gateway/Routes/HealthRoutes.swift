import Core
import Wire

/// What platforms ask to see whether the process is alive and able to serve.
struct HealthRoutes {
    let isReady: Bool
    /// What is not ready; only told to this machine and to those who know the secret.
    let failing: [String]
    /// `volume full`: told to everybody, for it says nothing that an attacker could use.
    var reason: String?
    let uptime: Duration
    /// Asked only where there is detail: a wrong secret counts as a failed login.
    let showsDetail: () -> Bool

    /// Nil: not one of these paths.
    func response(to request: HTTPRequest) -> HTTPResponse? {
        guard let answer = answer(to: request.path) else { return nil }
        guard request.method == "GET" || request.method == "HEAD" else {
            var response = HTTPResponse.text("Method Not Allowed", status: 405)
            response.headers["Allow"] = "GET, HEAD"
            return response
        }
        var response = HTTPResponse.json(answer.json.encoded(), status: answer.status)
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response
    }

    private func answer(to path: String) -> (status: Int, json: JSON)? {
        switch path {
        case "/healthz", "/health":
            return (200, ["ok": true, "status": "live"])
        case "/startupz":
            return (isReady ? 200 : 503, ["ok": .bool(isReady), "status": isReady ? "started" : "starting"])
        case "/readyz", "/ready":
            let isServing = isReady && failing.isEmpty && reason == nil
            var object: JSONObject = ["ready": .bool(isServing)]
            object["reason"] = reason.map { .string($0) }
            if showsDetail() {
                object["failing"] = JSON(isReady ? failing : ["startup"] + failing)
                object["uptimeMs"] = .integer(uptime.milliseconds)
            }
            return (isServing ? 200 : 503, .object(object))
        default:
            return nil
        }
    }
}
