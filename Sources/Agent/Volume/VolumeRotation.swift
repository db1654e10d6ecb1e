import Core
import Store

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Drops what a volume that is getting full can do without, in this order, and no more than is needed.
///
/// Logs of earlier days, then what people sent more than a week ago, each the oldest first; the earlier ones of the
/// config's texts; what the database has outlived, whose room it then uses again, and its log.
@MainActor
struct VolumeRotation {
    let state: String
    let database: Database?
    let log: Log
    /// Whether there is room again.
    let isEnough: @MainActor () -> Bool

    /// A conversation comes back to a picture within days; a model that asks for an older one is told that it is gone.
    static let keptMedia: Duration = .seconds(7 * 86_400)
    /// All but `.bak`, the newest.
    private static let backups = [".bak.4", ".bak.3", ".bak.2", ".bak.1"]

    func run(now: Timestamp = .now) async {
        guard !isEnough() else { return }
        tell("old log files", remove(oldLogs(now)))
        await Task.yield()
        tell("received files", remove(oldMedia(now)))
        tell("config backups", remove(Self.backups.map { "\(state)/openclaw.json\($0)" }))
        guard !isEnough(), let database else { return }
        do {
            try await database.giveBack()
        } catch {
            log.debug("the database could not be tidied up", ["reason": "\(error)"])
        }
    }

    private func tell(_ what: String, _ count: Int) {
        guard count > 0 else { return }
        log.warning("removed to make room", ["what": what, "count": "\(count)"])
    }

    /// Removes files until there is room; the number of those that are gone.
    private func remove(_ paths: [String]) -> Int {
        var count = 0
        for path in paths {
            if isEnough() { break }
            if unlink(path) == 0 { count += 1 }
        }
        return count
    }

    private func oldLogs(_ now: Timestamp) -> [String] {
        let today = "openclaw-\(now.isoDay).log"
        return FolderListing.names(in: "\(state)/logs")
            .filter { $0.hasPrefix("openclaw-") && $0 < today }
            .filter { $0.hasSuffix(".log") || $0.hasSuffix(".log.1") }
            .sorted().map { "\(state)/logs/\($0)" }
    }

    private func oldMedia(_ now: Timestamp) -> [String] {
        let workspaces = FolderListing.names(in: state).filter { $0.hasPrefix("workspace") }
        let newest = (now + (.zero - Self.keptMedia)).seconds
        var found: [(path: String, at: Int64)] = []
        for folder in workspaces.map({ "\(state)/\($0)/\(ChannelDoor.mediaFolder)" }) {
            for name in FolderListing.names(in: folder) {
                var status = stat()
                guard lstat("\(folder)/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
                    continue
                }
                let at = Int64(status.modified.tv_sec)
                if at < newest { found.append(("\(folder)/\(name)", at)) }
            }
        }
        return found.sorted { $0.at < $1.at }.map(\.path)
    }
}
