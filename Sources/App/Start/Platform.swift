import Agent
import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where the process runs, as far as its environment tells.
struct Platform: Sendable {
    /// The variable or file that gave it away, or nil on a plain machine.
    let evidence: String?
    let flyApp: String?
    let flyMachine: String?
    /// Three letters, such as `iad`.
    let flyRegion: String?

    /// Variables that only a cloud machine or a container has.
    private static let telltales = [
        "FLY_APP_NAME", "FLY_MACHINE_ID", "RENDER", "K_SERVICE", "KUBERNETES_SERVICE_HOST",
    ]

    init(_ environment: Environment, hasDockerFile: Bool = access("/.dockerenv", F_OK) == 0) {
        flyApp = environment["FLY_APP_NAME"]
        flyMachine = environment["FLY_MACHINE_ID"]
        flyRegion = environment["FLY_REGION"]
        evidence =
            Self.telltales.first { environment[$0] != nil }
            ?? environment.variables.keys.filter { $0.hasPrefix("RAILWAY_") }.min()
            ?? (hasDockerFile ? "/.dockerenv" : nil)
    }

    var volumeAdvice: VolumeAdvice { VolumeAdvice(flyApp: flyApp, machine: flyMachine) }

    /// How to find another machine that answers, too.
    var machineAdvice: String {
        guard let flyApp else { return "" }
        let region = flyRegion.map { " in \($0)" } ?? ""
        let own = flyMachine.map { "This is machine `\($0)`\(region); " } ?? ""
        return own
            + "`fly machine list -a \(flyApp)` shows all, `fly scale count 1 -a \(flyApp)` leaves one. "
    }

    var isContainer: Bool { evidence != nil }
}

extension Environment {
    /// How to find another machine that answers, too.
    var machineAdvice: String { Platform(self).machineAdvice }
}
