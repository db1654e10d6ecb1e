package import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What takes up the room in a state directory, by kind.
package struct VolumeUse: Sendable, Hashable {
    /// What a file is there for.
    package enum Kind: String, Sendable, CaseIterable {
        /// Conversations, inbox and outbox, with SQLite's log.
        case database
        /// What the original left and was imported.
        case transcripts
        case logs
        /// What people sent.
        case media
        case workspaces
        /// Earlier texts of the config.
        case backups
        case other
    }

    /// What the files take up on the disk.
    package fileprivate(set) var bytes: [Kind: Int64] = [:]
    /// False when there were more files than are looked at.
    package fileprivate(set) var isWhole = true

    /// Adds up a state directory at once: for commands.
    package init(of state: String) {
        var survey = VolumeSurvey(state)
        while survey.takeStep() {}
        self = survey.use
    }

    /// The same in steps of less than a millisecond, with the loop's other work in between.
    @MainActor
    package static func measured(_ state: String) async -> VolumeUse {
        var survey = VolumeSurvey(state)
        while survey.takeStep() { await Task.yield() }
        return survey.use
    }

    fileprivate init() {}

    private var sorted: [(kind: Kind, bytes: Int64)] {
        Kind.allCases.compactMap { kind in bytes[kind].map { (kind, $0) } }.sorted { $0.1 > $1.1 }
    }

    /// `media 410 MB, database 96 MB`, the largest first; what is below a megabyte is left out.
    package var text: String {
        let parts = sorted.filter { $0.bytes >= 1 << 20 }.map {
            "\($0.kind.rawValue) \($0.bytes.megabytes) MB"
        }
        let words = parts.isEmpty ? "less than 1 MB" : parts.joined(separator: ", ")
        return isWhole ? words : "\(words), and more files than were counted"
    }

    package var json: JSON {
        .object(JSONObject(sorted.map { ($0.kind.rawValue, .integer($0.bytes)) }))
    }
}

/// A walk over the files of a state directory that stops for breath.
private struct VolumeSurvey {
    var use = VolumeUse()
    private let state: String
    private var device: dev_t?
    private var folders: [(path: String, kind: VolumeUse.Kind?)]
    private var counted = 0

    /// A tool may have unpacked anything in a workspace; so many take about a tenth of a second.
    private static let mostFiles = 50_000
    private static let filesAStep = 200
    /// The part of a workspace where what people sent is kept.
    private static let media = ChannelDoor.mediaFolder

    init(_ state: String) {
        self.state = state
        folders = [(state, nil)]
        var status = stat()
        if lstat(state, &status) == 0 { device = status.st_dev }
    }

    /// Looks at some files; false when all are counted.
    mutating func takeStep() -> Bool {
        var left = Self.filesAStep
        while left > 0 {
            guard let folder = folders.popLast() else { return false }
            guard counted < Self.mostFiles else {
                use.isWhole = false
                return false
            }
            left -= take(folder.path, folder.kind)
        }
        return true
    }

    private mutating func take(_ folder: String, _ kind: VolumeUse.Kind?) -> Int {
        let names = FolderListing.names(in: folder)
        for name in names {
            let path = "\(folder)/\(name)"
            var status = stat()
            guard lstat(path, &status) == 0, status.st_dev == device else { continue }
            let own = kind ?? Self.kind(of: name)
            if status.st_mode & S_IFMT == S_IFDIR {
                folders.append((path, path.hasSuffix("/\(Self.media)") ? .media : own))
            }
            use.bytes[own, default: 0] += Int64(status.st_blocks) * 512
        }
        counted += names.count
        return names.count + 1
    }

    /// By the names that design.md §4 gives them.
    private static func kind(of name: String) -> VolumeUse.Kind {
        if name.hasPrefix("openclaw.sqlite") { return .database }
        if name.hasPrefix("openclaw.json.") || name == "openclaw.last-good.json" { return .backups }
        if name.hasPrefix("workspace") { return .workspaces }
        switch name {
        case "logs": return .logs
        case "media": return .media
        case "agents", "sessions": return .transcripts
        default: return .other
        }
    }
}
