/// What is wrong with a volume and what its owner can do, in words: the same wherever it is told.
package struct VolumeProblem: Sendable, Hashable {
    /// ``The volume of `/data` is full (0 MB of 1024 MB free)``.
    package let what: String
    /// Sentences, with the command to type where it is known.
    package let fix: String

    /// Nil when there is room.
    package init?(_ state: String, _ space: VolumeSpace?, level: VolumeLevel, advice: VolumeAdvice) {
        let room = space.map { " (\($0.text))" } ?? ""
        switch level {
        case .roomy: return nil
        case .low: self.init("The volume of `\(state)` is nearly full\(room)", advice.makeRoom)
        case .full: self.init("The volume of `\(state)` is full\(room)", advice.makeRoom)
        case .readOnly: self.init("The volume of `\(state)` is mounted read-only", advice.mountAgain)
        case .replaced:
            self.init(
                "The database in `\(state)` was removed or replaced while the gateway ran", advice.restart)
        }
    }

    private init(_ what: String, _ fix: String) {
        self.what = what
        self.fix = fix
    }
}

/// What the owner of a volume can do about it.
package struct VolumeAdvice: Sendable {
    package var makeRoom: String
    package var mountAgain: String
    package var restart: String

    /// On Fly the commands are named; `app` and `machine` are nil elsewhere.
    package init(flyApp app: String?, machine: String?) {
        guard let app else {
            makeRoom = "Free some space there, or enlarge it."
            mountAgain = "Check it for damage, and mount it for writing again."
            restart = "Restart the gateway once the right files are in place."
            return
        }
        let restarting = "`fly machine restart \(machine ?? "MACHINE") -a \(app)`"
        restart = "Restart the machine once the right files are in place: \(restarting)."
        makeRoom =
            "Enlarge it: `fly volumes list -a \(app)` names it, `fly volumes extend VOLUME --size GB -a \(app)` does it. "
            + "Or free some space: `fly ssh console -a \(app)`."
        mountAgain =
            "Restart the machine (\(restarting)), which checks it; if that does "
            + "not help, restore a snapshot (`fly volumes snapshots list VOLUME -a \(app)`)."
    }
}
