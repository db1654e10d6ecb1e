import Core

/// What of the original's state directory stays there, because nothing here reads it.
struct Leftovers {
    let source: String
    /// Absolute paths that were copied, or are told of otherwise.
    let told: Set<String>

    /// Files and folders by their names in the state directory; of those that came in part, what did not come.
    var names: [String] { names(in: []) }

    private func names(in folder: [String]) -> [String] {
        let place = ([source] + folder).joined(separator: "/")
        return FolderListing.names(in: place).sorted().flatMap { name -> [String] in
            let path = folder + [name]
            let whole = "\(place)/\(name)"
            if told.contains(whole) || Self.isRead(path) || Self.isMadeAnew(name) { return [] }
            let cameInPart = Self.isReadInPart(path) || told.contains { $0.hasPrefix(whole + "/") }
            return cameInPart ? names(in: path) : isEmptyFolder(whole) ? [] : [path.joined(separator: "/")]
        }
    }

    /// What `StateImport` reads.
    private static func isRead(_ path: [String]) -> Bool {
        switch (path[0], path.count) {
        case ("state", 1), ("devices", 1), ("cron", 1): true
        case ("credentials", 2): path[1].hasSuffix("-pairing.json") || path[1].hasSuffix("-allowFrom.json")
        case ("agents", 3): path[2] == "sessions"
        case ("agents", 4): path[2] == "agent" && path[3].hasPrefix("openclaw-agent.sqlite")
        default: false
        }
    }

    private static func isReadInPart(_ path: [String]) -> Bool {
        switch path[0] {
        case "credentials": path.count == 1
        case "agents": path.count <= 2 || (path.count == 3 && path[2] == "agent")
        default: false
        }
    }

    /// Logs, locks, sockets and older copies of the config.
    private static func isMadeAnew(_ name: String) -> Bool {
        name == "logs" || name.contains(".bak") || name.contains("last-good")
            || [".lock", ".sock", ".log", ".tmp"].contains { name.hasSuffix($0) }
    }

    private func isEmptyFolder(_ path: String) -> Bool {
        RealPath.of(path + "/.") != nil && FolderListing.names(in: path).isEmpty
    }
}
