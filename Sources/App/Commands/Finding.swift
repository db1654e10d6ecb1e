import Core

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
