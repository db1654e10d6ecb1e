/// The shape of `connect`'s params in each generation (contract §2.3).
enum ConnectSchema {
    static func of(_ generation: Generation) -> ParamsSchema { generation == .three ? three : four }

    private static let three = ParamsSchema(
        fields: common + [
            .optional("device", .object(ParamsSchema(fields: device + [.optional("nonce", text)]))),
            .optional(
                "auth",
                .object(ParamsSchema(.optional("token", .string()), .optional("password", .string())))),
        ])

    private static let four = ParamsSchema(
        fields: common + [
            .optional("device", .object(ParamsSchema(fields: device + [.required("nonce", text)]))),
            .optional(
                "auth",
                .object(
                    ParamsSchema(
                        .optional("token", .string()), .optional("bootstrapToken", .string()),
                        .optional("deviceToken", .string()), .optional("password", .string()),
                        .optional("approvalRuntimeToken", .string()),
                        .optional("agentRuntimeIdentityToken", .string())))),
            .optional("computerUse", .any),
            .optional("workerRuns", .any),
            .optional("modelCatalog", .any),
        ])

    private static let text = ParamsSchema.Shape.string(least: 1)
    private static let texts = ParamsSchema.Shape.array(of: text)
    /// What others are shown, each time that somebody comes or goes.
    private static let name = ParamsSchema.Shape.string(least: 1, most: 200)

    private static let common: [ParamsSchema.Field] = [
        .required("minProtocol", .integer(least: 1)),
        .required("maxProtocol", .integer(least: 1)),
        .required("client", .object(client)),
        .optional("caps", texts),
        .optional("commands", texts),
        .optional("permissions", .map(of: .boolean)),
        .optional("pathEnv", .string()),
        .optional("role", text),
        .optional("scopes", .array(of: name, most: 64)),
        .optional("locale", .string()),
        .optional("userAgent", .string()),
    ]

    private static let device: [ParamsSchema.Field] = [
        .required("id", text), .required("publicKey", text), .required("signature", text),
        .required("signedAt", .integer(least: 0)),
    ]

    private static let client = ParamsSchema(
        .required("id", .oneOf(clientIDs)),
        .required("version", name),
        .required("platform", name),
        .required("mode", .oneOf(["webchat", "cli", "ui", "backend", "node", "worker", "probe", "test"])),
        .optional("displayName", name),
        .optional("buildId", .string(most: 96)),
        .optional("deviceFamily", name),
        .optional("modelIdentifier", name),
        .optional("timeZone", .string(most: 64)),
        .optional("instanceId", name))

    /// Every id of both generations, under each name the product has had.
    private static let clientIDs: [String] =
        [
            "webchat-ui", "webchat", "cli", "gateway-client", "node-host", "test", "fingerprint",
            "openclaw-browser-copilot", "openclaw-tui", "openclaw-linux", "openclaw-watchos",
            "openclaw-worker",
        ]
        + ["openclaw", "moltbot", "clawdbot"].flatMap { name in
            ["control-ui", "macos", "ios", "android", "probe"].map { "\(name)-\($0)" }
        }
}
