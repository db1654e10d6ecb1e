import Agent
import Core
import Gateway

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Something a check found, and the command or line that mends it.
struct Finding: Equatable {
    enum Weight: String { case ok, note, problem }
    var weight: Weight
    var text: String
    var fix: String?

    init(_ weight: Weight, _ text: String, fix: String? = nil) {
        self.weight = weight
        self.text = text
        self.fix = fix
    }

    /// How the volume of the state directory is; nil when it cannot be asked about.
    @MainActor
    init?(volumeOf setup: LocalSetup) {
        guard let space = VolumeSpace(of: setup.state) else { return nil }
        let level = max(space.level(), Self.refusal(of: setup.state))
        guard
            let problem = VolumeProblem(
                setup.state, space, level: level, advice: setup.platform.volumeAdvice)
        else {
            self.init(.ok, "\(space.text) (\(space.freePercent) %)")
            return
        }
        self.init(.problem, "\(problem.what). Used: \(VolumeUse(of: setup.state).text)", fix: problem.fix)
    }

    /// That a gateway starts with this config only when it is asked to; nil where it starts, or nobody can tell.
    @MainActor
    init?(startOf setup: LocalSetup) {
        guard setup.refusal == nil, setup.snapshot.exists, !setup.isLocal else { return nil }
        // One that runs, or that a machine of its own starts, has been asked to.
        let isAsked = setup.runningListener != nil || setup.platform.isContainer
        self.init(
            isAsked ? .note : .problem,
            "`gateway.mode` is not `local`: a gateway starts with this config only with `--allow-unconfigured`",
            fix: "openclaw config set gateway.mode local")
    }

    /// What a volume that looks well says to a file: one that broke down, or a quota, shows only then.
    private static func refusal(of folder: String) -> VolumeLevel {
        let path = "\(folder)/.doctor.\(getpid())"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        // A file without bytes may need no room.
        let isWritten =
            descriptor >= 0 && writeAll([UInt8](repeating: 0, count: 4096), to: descriptor)
            && fsync(descriptor) == 0
        let failure = isWritten ? 0 : errno
        if descriptor >= 0 {
            close(descriptor)
            unlink(path)
        }
        switch failure {
        case EROFS: return .readOnly
        case ENOSPC, EDQUOT: return .full
        default: return .roomy
        }
    }

    /// Prints all of them; a failure when one is a problem.
    @MainActor
    static func report(_ findings: [Finding], asJSON: Bool) -> ExitCode {
        if asJSON {
            Terminal.print(["findings": .array(findings.map(\.json))])
        } else {
            for finding in findings {
                Terminal.print("\(finding.sign) \(finding.text)")
                for line in finding.fix?.split(separator: "\n") ?? [] { Terminal.print("       \(line)") }
            }
        }
        return findings.contains { $0.weight == .problem } ? .failure : .success
    }

    private var json: JSON {
        var object: JSONObject = ["weight": .string(weight.rawValue), "text": .string(text)]
        object["fix"] = fix.map { .string($0) }
        return .object(object)
    }

    private var sign: String {
        switch weight {
        case .ok: "ok  "
        case .note: "note"
        case .problem: "BAD "
        }
    }
}
