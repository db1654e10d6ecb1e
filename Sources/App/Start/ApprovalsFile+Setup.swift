import Agent
import Core
import Gateway

extension ApprovalsFile {
    /// The one in the state directory.
    convenience init(_ setup: LocalSetup) {
        self.init(state: setup.state, home: setup.environment["HOME"])
    }

    /// The one in a state directory; `home` is what `~` means in its patterns.
    convenience init(state: String, home: String?) {
        let path = "\(state)/\(Self.name)"
        self.init(
            path: path, home: home,
            load: { try PrivateFile.read(path, limit: Self.mostBytes) },
            save: { try PrivateFile.write($0, to: path) })
    }
}
