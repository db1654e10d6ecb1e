import Core

/// What a `fly.toml` says of the gateway (fly.io/docs/reference/configuration).
struct FlyConfig {
    private let json: JSON

    init(_ text: String) throws(TOMLReader.Failure) { json = try TOMLReader.read(text) }

    /// A name of `processes` of the public service that no process group has.
    var unknownProcess: String? {
        let known = json["processes"]?.objectValue?.map(\.key) ?? []
        let named = service?["processes"]?.arrayValue?.compactMap(\.stringValue) ?? []
        return named.first { !known.contains($0) && !(known.isEmpty && $0 == "app") }
    }

    /// What `memory` says, where that is no amount of memory.
    var unreadableMemory: String? {
        guard memory == nil, let written = machine?["memory"] ?? machine?["memory_mb"] else { return nil }
        return written.stringValue ?? written.text
    }

    var app: String? { json["app"]?.stringValue }

    func variable(_ name: String) -> String? {
        json["env"]?[name].flatMap { $0.stringValue ?? $0.intValue.map { String($0) } }
    }

    var variables: [String] { json["env"]?.objectValue?.map(\.key) ?? [] }

    /// The command of the process group that serves, as words; empty when the image's own command runs.
    ///
    /// Written as one text or as a list of words, and perhaps within a shell's quotes.
    var command: [String] {
        writtenCommand.flatMap { $0.split { " \"'".contains($0) } }.map(String.init)
    }

    /// The command as it is written there: one text, or a list of words.
    var writtenCommand: [String] {
        let written = json["processes"]?[processGroup]
        return written?.arrayValue?.compactMap(\.stringValue) ?? [written?.stringValue].compactMap(\.self)
    }

    /// The process group that serves.
    var processGroup: String {
        let processes = json["processes"]?.objectValue ?? [:]
        return processes["app"] == nil ? processes.first?.key ?? "app" : "app"
    }

    /// The value after a flag, written `--port 3000` or `--port=3000`.
    func flag(_ name: String) -> String? {
        let words = command
        if let index = words.firstIndex(of: name), index + 1 < words.count { return words[index + 1] }
        return words.first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
    }

    /// `[http_service]`, or the first of `[[services]]`; nil where nothing is public.
    var service: JSON? { json["http_service"] ?? json["services"]?.arrayValue?.first ?? json["services"] }

    /// How the section of the public service begins.
    var serviceHead: String { isOldService ? "[[services]]" : "[http_service]" }
    var checksHead: String { isOldService ? "[[services.http_checks]]" : "[[http_service.checks]]" }
    private var isOldService: Bool { json["http_service"] == nil && json["services"] != nil }

    /// `[mounts]` or `[[mounts]]`.
    var mounts: [JSON] { json["mounts"]?.arrayValue ?? json["mounts"].map { [$0] } ?? [] }

    /// `[[vm]]`, or `[vm]`.
    private var machine: JSON? { json["vm"]?.arrayValue?.first ?? json["vm"] }

    /// MB of memory; nil when nothing says how much.
    var memory: Int? {
        guard let machine else { return nil }
        if let megabytes = machine["memory_mb"]?.intValue { return megabytes }
        guard let memory = machine["memory"] else { return Self.memory(ofSize: machine["size"]?.stringValue) }
        if let megabytes = memory.intValue { return megabytes }
        let text = memory.stringValue?.lowercased() ?? ""
        let number = Int(text.prefix { $0.isNumber })
        return number.flatMap { text.contains("gb") ? Self.product($0, 1024) : $0 }
    }

    /// What a size comes with: `shared-cpu-2x` has 512 MB.
    private static func memory(ofSize size: String?) -> Int? {
        guard let size, let count = Int(size.split(separator: "-").last?.dropLast() ?? "") else { return nil }
        return product(count, size.hasPrefix("performance") ? 2048 : 256)
    }

    /// Nil for more memory than can be counted.
    private static func product(_ count: Int, _ megabytes: Int) -> Int? {
        let (product, overflows) = count.multipliedReportingOverflow(by: megabytes)
        return overflows ? nil : product
    }

    /// Whether something asks the gateway how it is.
    var hasChecks: Bool {
        service?["checks"] != nil || service?["http_checks"] != nil || service?["tcp_checks"] != nil
            || json["checks"] != nil
    }

    /// Whether the machine may be put to sleep while nobody asks for anything.
    var sleeps: Bool {
        let stop = service?["auto_stop_machines"]
        let isOn = stop?.boolValue ?? (stop?.stringValue.map { $0 != "off" && $0 != "false" } ?? false)
        return isOn && (service?["min_machines_running"]?.intValue ?? 0) < 1
    }

    var internalPort: Int? { service?["internal_port"]?.intValue }

    var killSignal: String? { json["kill_signal"]?.stringValue }

    /// Seconds between the signal and the kill.
    var killTimeout: Int {
        guard let value = json["kill_timeout"] else { return 5 }
        return value.intValue ?? Int(value.stringValue?.prefix { $0.isNumber } ?? "") ?? 5
    }
}
