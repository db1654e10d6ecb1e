package import Core
import Wire

/// What a vendor gives for a refresh token.
package struct LoginTokens: Sendable {
    package var access: Secret
    /// Nil: the old one stays good.
    package var refresh: Secret?
    package var expires: Timestamp

    package init(access: Secret, refresh: Secret?, expires: Timestamp) {
        self.access = access
        self.refresh = refresh
        self.expires = expires
    }
}

/// Asks a vendor for a new secret of a login (RFC 6749 §6), as the vendor's own command line does.
@MainActor
struct LoginRenewal {
    /// Where a vendor renews its logins. The client ids are public: they are those of the programs people log in with.
    struct Service: Sendable {
        var url: String
        var clientID: String
        /// The fields go as a form, not as JSON.
        var isForm = false
    }

    nonisolated static func service(for provider: String) -> Service? {
        switch provider {
        case "anthropic":
            Service(
                url: "https://platform.claude.com/v1/oauth/token",
                clientID: "9d1c250a-e61b-44d9-88ed-5944d1962f5e")
        case "openai", ChatGPTAccount.service:
            Service(
                url: "https://auth.openai.com/oauth/token", clientID: "app_EMoamEEZ73f0CkXaXp7hrann",
                isForm: true)
        default: nil
        }
    }

    private static let timeout: Duration = .seconds(20)
    /// When the vendor does not say how long the new secret lasts.
    private static let usualLife: Int64 = 3600

    let web: WebClient

    /// Throws `.unauthorized` when the vendor does not take the login any more, else why it could not be asked.
    func renew(_ login: StoredCredential, now: Timestamp) async throws(ModelError) -> LoginTokens {
        guard let service = Self.service(for: login.provider), let token = login.refreshToken else {
            throw .unauthorized(message: "A login at \(login.provider) cannot be renewed here.")
        }
        let reply = try await send(request(service, token.reveal()))
        // Of an answer that is no JSON the status is all that can be told.
        let json = (try? JSON.parse(reply.body)) ?? .null
        guard reply.status == 200, let access = json["access_token"]?.stringValue, !access.isEmpty else {
            throw failure(reply.status, json)
        }
        let life = Int64(max(json["expires_in"]?.intValue ?? 0, 0))
        return LoginTokens(
            access: Secret(access), refresh: json["refresh_token"]?.stringValue.map { Secret($0) },
            expires: now + .seconds(life > 0 ? life : Self.usualLife))
    }

    private func request(_ service: Service, _ token: String) -> WebRequest {
        let fields = [
            ("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", service.clientID),
        ]
        let body =
            service.isForm
            ? fields.map { "\($0)=\($1.percentEncoded)" }.joined(separator: "&")
            : JSON.object(JSONObject(fields.map { ($0, .string($1)) })).text
        var request = WebRequest(
            "POST", service.url,
            headers: [
                (
                    "content-type",
                    service.isForm ? "application/x-www-form-urlencoded" : "application/json"
                ), ("accept", "application/json"),
            ], body: Array(body.utf8))
        request.totalTimeout = Self.timeout
        request.maxBodyBytes = 1 << 20
        return request
    }

    private func send(_ request: WebRequest) async throws(ModelError) -> WebReply {
        do throws(WebError) {
            return try await web.send(request)
        } catch {
            throw .overloaded(
                retryAfter: nil, message: "The login could not be renewed: \(error.message)")
        }
    }

    /// `{error: "invalid_grant"}`, or `{error: {type, message}}`; the text of either may go to people.
    private func failure(_ status: Int, _ json: JSON) -> ModelError {
        let said =
            json["error_description"]?.stringValue ?? json["error"]?["message"]?.stringValue
            ?? json["error"]?.stringValue ?? "HTTP \(status)"
        return (400..<500).contains(status) && status != 408 && status != 429
            ? .unauthorized(message: said)
            : .overloaded(retryAfter: nil, message: "The login could not be renewed: \(said)")
    }
}
