import Core

/// What a client says about itself in `connect`; the shape is already checked.
struct ConnectParams: Sendable {
    var least: Int
    var most: Int
    var client: Client
    var role: String
    /// As sent and in that order: signatures are made over it.
    var scopes: [String]
    var caps: [String]
    var device: Device?
    var auth: Auth

    struct Client: Sendable {
        var id: String
        var displayName: String?
        var version: String
        var platform: String
        var deviceFamily: String?
        var modelIdentifier: String?
        var timeZone: String?
        var mode: String
        var instanceID: String?

        /// The page that a gateway serves, of whatever name the product had.
        var isControlUI: Bool { id.hasSuffix("-control-ui") }
        var isCommandLine: Bool { mode == "cli" }
        var isWebchat: Bool { mode == "webchat" || id == "webchat-ui" }
        var isProbe: Bool { mode == "probe" }
    }

    struct Device: Sendable {
        var id: String
        var publicKey: String
        var signature: String
        var signedAt: Timestamp
        var nonce: String?
    }

    struct Auth: Sendable {
        var token: String?
        var password: String?
        var deviceToken: String?
        var bootstrapToken: String?

        var hasToken: Bool { token?.isEmpty == false }
        var hasPassword: Bool { password?.isEmpty == false }
        var hasDeviceToken: Bool { deviceToken?.isEmpty == false }
    }

    init(_ json: JSON) {
        least = json["minProtocol"]?.intValue ?? 0
        most = json["maxProtocol"]?.intValue ?? 0
        client = Client(json["client"] ?? [:])
        role = json["role"]?.stringValue ?? "operator"
        scopes = json["scopes"]?.strings ?? []
        caps = json["caps"]?.strings ?? []
        device = json["device"].map { Device($0) }
        auth = Auth(json["auth"] ?? [:])
    }
}

extension ConnectParams.Client {
    fileprivate init(_ json: JSON) {
        self.init(
            id: json["id"]?.stringValue ?? "", displayName: json["displayName"]?.stringValue,
            version: json["version"]?.stringValue ?? "", platform: json["platform"]?.stringValue ?? "",
            deviceFamily: json["deviceFamily"]?.stringValue,
            modelIdentifier: json["modelIdentifier"]?.stringValue, timeZone: json["timeZone"]?.stringValue,
            mode: json["mode"]?.stringValue ?? "", instanceID: json["instanceId"]?.stringValue)
    }
}

extension ConnectParams.Device {
    fileprivate init(_ json: JSON) {
        self.init(
            id: json["id"]?.stringValue ?? "", publicKey: json["publicKey"]?.stringValue ?? "",
            signature: json["signature"]?.stringValue ?? "",
            signedAt: Timestamp(milliseconds: Int64(json["signedAt"]?.intValue ?? 0)),
            nonce: json["nonce"]?.stringValue)
    }
}

extension ConnectParams.Auth {
    fileprivate init(_ json: JSON) {
        self.init(
            token: json["token"]?.stringValue, password: json["password"]?.stringValue,
            deviceToken: json["deviceToken"]?.stringValue, bootstrapToken: json["bootstrapToken"]?.stringValue
        )
    }
}

extension ConnectParams {
    /// Whether somebody sits there who can be asked for approvals: a page, an app, or a client that says so.
    var canApprove: Bool {
        client.isControlUI || client.mode == "ui"
            || caps.contains { ["approvals", "exec-approvals"].contains($0) }
    }
}

extension JSON {
    /// The strings of an array; other elements are left out.
    var strings: [String] { arrayValue?.compactMap(\.stringValue) ?? [] }
}
