import Agent
import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// January's workspaces in the home directory, beside a state directory that is opened as it is: nothing looks for them
/// there unless the config says so.
@MainActor
struct EarlyWorkspaces {
    private let setup: LocalSetup

    init(_ setup: LocalSetup) { self.setup = setup }

    var unused: [WrittenPlaces.Problem] {
        guard hasConversations else { return [] }
        let config = setup.config.agents
        let first = config.list.firstIndex(where: \.default) ?? 0
        let shared = config.list.indices.contains(first) ? config.list[first].workspace : nil
        let main =
            shared == nil && config.defaults.workspace == nil
            ? [unused("clawd", instead: "workspace", key: "agents.defaults.workspace")] : []
        return
            (main
            + config.list.enumerated().filter { $0.offset != first && $0.element.workspace == nil }.map {
                unused(
                    "clawd-\($0.element.id)", instead: "workspace-\($0.element.id)",
                    key: "agents.list[\($0.offset)].workspace")
            }).compactMap(\.self)
    }

    /// Whether the original kept its conversations here.
    private var hasConversations: Bool {
        let agents = "\(setup.state)/agents"
        return FolderListing.names(in: agents).contains { access("\(agents)/\($0)/sessions", F_OK) == 0 }
    }

    /// Nil where it is not there, or an agent has written where it works instead.
    private func unused(_ name: String, instead: String, key: String) -> WrittenPlaces.Problem? {
        let path = "\(setup.environment.home)/\(name)"
        let own = "\(setup.state)/\(instead)"
        let first = Set(WorkspaceTemplates.all.map(\.0))
        guard access("\(path)/.", F_OK) == 0, first.isSuperset(of: FolderListing.names(in: own)) else {
            return nil
        }
        return WrittenPlaces.Problem(
            text:
                "`\(path)`, an agent's workspace of an early version, is not used: the config names none, so it is "
                + "`\(own)`", fix: "openclaw config set '\(key)' '\(path)'")
    }
}
