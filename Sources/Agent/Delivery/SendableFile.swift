import Core

/// Which files an agent may send: addresses on the web, and what is in its workspace with every link followed.
///
/// A model repeats what it reads, and what it reads may tell it to send our config.
enum SendableFile {
    /// The address, or where the file is; nil when it may not be sent. A relative path begins at the workspace.
    static func resolve(_ source: String, in workspace: String?) -> String? {
        if OutgoingFile(source: source).isRemote { return source }
        guard let workspace, let root = RealPath.of(workspace), !source.utf8.contains(0) else { return nil }
        let path = source.hasPrefix("/") ? source : "\(workspace)/\(source)"
        guard let found = RealPath.of(path), found != root, RealPath.isInside(found, root) else { return nil }
        return found
    }

    /// What is said instead of a file that may not be sent or is not there; of files elsewhere not even that.
    static func refusal(_ source: String, in workspace: String?) -> String {
        let name = source.split(separator: "/").last.map(String.init) ?? source
        guard let workspace else {
            return "⚠️ `\(name)` was not sent: no file of the gateway's machine is sent from here."
        }
        let isOurs =
            !source.hasPrefix("/") && !source.hasPrefix("~") && !source.split(separator: "/").contains("..")
        let isMissing = isOurs && RealPath.of("\(workspace)/\(source)") == nil
        return isMissing
            ? "⚠️ `\(name)` was not sent: there is no such file in the workspace."
            : "⚠️ `\(name)` was not sent: only files in the workspace can be."
    }
}
