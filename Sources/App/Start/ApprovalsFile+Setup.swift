import Agent
import Core
import Gateway

extension ApprovalsFile {
    /// The one in the state directory.
    convenience init(_ setup: LocalSetup) {
        let path = "\(setup.state)/\(Self.name)"
        self.init(
            path: path, home: setup.environment["HOME"],
            load: { try PrivateFile.read(path, limit: Self.mostBytes) },
            save: { try PrivateFile.write($0, to: path) })
    }
}
