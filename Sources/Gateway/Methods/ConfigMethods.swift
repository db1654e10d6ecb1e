import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Reads and writes the config file (contract §6).
struct ConfigMethods: MethodGroup {
    let file: ConfigFile
    let settings: SettingsBox
    /// The file was written, and what it says takes effect now; true: by starting the gateway again.
    let takeUp: @MainActor () -> Bool
    private let schema = SchemaCache()

    init(file: ConfigFile, settings: SettingsBox, takeUp: @escaping @MainActor () -> Bool) {
        self.file = file
        self.settings = settings
        self.takeUp = takeUp
    }

    func register(in table: inout MethodTable) {
        let raw = [
            ParamsSchema.Field.required("raw", .string(least: 1)), .optional("baseHash", .string(least: 1)),
        ]
        let more: [ParamsSchema.Field] = [
            .optional("sessionKey", .string()), .optional("note", .string()),
            .optional("restartDelayMs", .integer(least: 0)), .optional("deliveryContext", .any),
        ]
        let replace = ParamsSchema.Field.optional("replacePaths", .array(of: .string(least: 1), most: 256))
        table.addFast("config.get", .read, before: .admin, .empty, get)
        table.addFast("config.schema", .read, before: .admin, .empty) { _ throws(RPCError) in
            .encoded(schema.encoded)
        }
        table.add("config.set", .admin, ParamsSchema(fields: raw), set)
        table.add("config.apply", .admin, ParamsSchema(fields: raw + more), apply)
        table.add("config.patch", .admin, ParamsSchema(fields: raw + more + [replace]), patch)
    }

    private func get(_ call: Call) throws(RPCError) -> Payload? {
        let snapshot = file.snapshot.json(showsComments: call.client.scopes.allow(.admin))
        guard call.generation == .four, var object = snapshot.objectValue else { return .json(snapshot) }
        object["configRevisionHash"] = .string(file.snapshot.hash)
        object["appliedConfigHash"] = .string(settings.now.configHash ?? file.snapshot.hash)
        return .json(.object(object))
    }

    private func set(_ call: Call) async throws(RPCError) -> Payload {
        try await replace(call)
        _ = takeUp()
        return .json(.object(result(call)))
    }

    private func apply(_ call: Call) async throws(RPCError) -> Payload {
        try await replace(call)
        return .json(.object(withRestart(result(call), isDue: takeUp(), "config.apply")))
    }

    private func replace(_ call: Call) async throws(RPCError) {
        do throws(ConfigWriteError) {
            try await file.replace(with: call.text("raw") ?? "", baseHash: call.text("baseHash"))
        } catch {
            throw Self.refusal(error, call.generation)
        }
    }

    private func patch(_ call: Call) async throws(RPCError) -> Payload {
        let changed: [ConfigPath]
        do throws(ConfigWriteError) {
            changed = try await file.patch(
                with: call.text("raw") ?? "", baseHash: call.text("baseHash"),
                needsHash: call.generation == .three)
        } catch {
            throw Self.refusal(error, call.generation)
        }
        let isRestartDue = !changed.isEmpty && takeUp()
        var object = result(call)
        if call.generation == .four {
            if changed.isEmpty { object["noop"] = true }
            object["changedPaths"] = .array(changed.map { .string($0.dotted) })
        }
        return .json(.object(withRestart(object, isDue: isRestartDue, "config.patch")))
    }

    private func result(_ call: Call) -> JSONObject {
        let snapshot = file.snapshot.json(showsComments: true)
        var object: JSONObject = ["ok": true, "path": .string(file.snapshot.path)]
        if call.generation == .four { object["hash"] = .string(file.snapshot.hash) }
        object["config"] = snapshot["config"]
        return object
    }

    /// Most changes take effect without a restart; one that is due begins once this answer is sent.
    private func withRestart(_ object: JSONObject, isDue: Bool, _ reason: JSON) -> JSONObject {
        var object = object
        object["restart"] =
            isDue
            ? [
                "ok": true, "pid": JSON(Int(getpid())), "signal": "SIGUSR1", "delayMs": 0, "reason": reason,
                "mode": "emit",
            ] : .null
        object["sentinel"] = .null
        return object
    }

    static func refusal(_ error: ConfigWriteError, _ generation: Generation) -> RPCError {
        RPCError(
            error.isUnavailable ? .unavailable : .invalidRequest,
            generation == .four ? error.detailedMessage : error.message, details: error.details)
    }
}

/// The schema, encoded when it is first asked for: it never changes.
@MainActor
private final class SchemaCache {
    private(set) lazy var encoded: [UInt8] = JSON.object([
        "schema": ConfigSchema.schema, "uiHints": ConfigSchema.uiHints, "version": "1",
        "generatedAt": .string(CalendarDay(.now).text + "T00:00:00.000Z"),
    ]).encoded()

    nonisolated init() {}
}
