import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What an import leaves in `meta` once it has been through everything: from where, what, and what is missing.
///
/// What has come, and what the files looked like, is in `ImportedTable`.
struct ImportRecord: Sendable {
    private var document: JSONObject

    private static let name = "import.openclaw"

    static func read(_ connection: Connection) throws -> ImportRecord? {
        try MetaTable(connection: connection).value(name).map { text in
            // Of the record of an early release only its presence counts.
            ImportRecord(document: (try? JSON.parse(text))?.objectValue ?? [:])
        }
    }

    func save(_ connection: Connection) throws {
        try MetaTable(connection: connection).set(Self.name, JSON.object(document).text)
    }

    /// After `report`, made of `scope` in `folder`; `earlier` is what the record said before.
    init(
        _ report: ImportReport, of scope: ImportScope, in folder: Folder, after earlier: ImportRecord?,
        at now: Timestamp
    ) {
        document = [
            "at": now.json, "from": .string(earlier?.from ?? folder.realPath),
            "sources": JSON(report.sources), "knowsPlaces": true,
        ]
        for (name, count) in report.counts { document[name] = JSON(count) }
        document["problems"] = JSON(report.failures + report.problems)
        var missing: JSONObject = [:]
        for (place, state) in earlier?.missing ?? [:]
        where !scope.includes(place) || !(earlier?.isFrom(folder) ?? true) && !folder.has(place) {
            missing[place] = state
        }
        for place in report.unread { missing[place] = .null }
        for place in report.broken { missing[place] = .string(folder.state(of: place)) }
        document["missing"] = .object(missing)
    }

    private init(document: JSONObject) { self.document = document }

    /// The folder that was taken over first, as a real path.
    var from: String? { document["from"]?.stringValue }
    private func isFrom(_ folder: Folder) -> Bool { from == folder.realPath }

    /// The places of what could not be read; those that are broken with what they looked like.
    private var missing: JSONObject { document["missing"]?.objectValue ?? [:] }

    /// Whether `ImportedTable` has what the files looked like; earlier releases did not keep that.
    var knowsPlaces: Bool { document["knowsPlaces"] == true }

    /// When it was made: what has changed later was not read. Nobody knows where an early release does not say.
    private var at: Timestamp { document["at"]?.timestamp ?? Timestamp(milliseconds: .max) }

    /// Whether conversations were taken over, as far as is known.
    static func hasTranscripts(_ connection: Connection) throws -> Bool {
        guard try read(connection)?.knowsPlaces == true else { return true }
        return try connection.first(
            "SELECT 1 FROM imported WHERE kind = ? LIMIT 1", ImportedTable.Kind.transcript.rawValue
        ) { _ in true } ?? false
    }

    /// What is to be read again: what is new or was written to, and what is missing.
    ///
    /// A start reads nothing broken that is as it was, and nothing of another folder.
    func due(_ places: ImportPlaces, triesAgain: Bool, on connection: Connection) throws -> ImportScope {
        guard triesAgain || isFrom(places.folder) else { return ImportScope(places: []) }
        let table = ImportedTable(connection: connection)
        var due = places.closed
        due.formUnion(try table.diverged(whereGone: !triesAgain).filter(places.has))
        for (place, state) in missing
        where triesAgain || state.stringValue != places.folder.state(of: place) { due.insert(place) }
        let known = try table.all(.place)
        for (place, file) in places.files where known[place] != file.looks {
            let isMissing = missing.contains { RealPath.isInside(place, $0.key) }
            let mayBeNew = triesAgain || knowsPlaces || file.changedAt > at
            if mayBeNew, !isMissing { due.insert(place) }
        }
        return ImportScope(places: due)
    }
}

extension Folder {
    fileprivate func has(_ place: String) -> Bool {
        var status = stat()
        return lstat(file(holding: place), &status) == 0
    }

    /// Another text when somebody has changed, replaced or moved what is there.
    fileprivate func state(of place: String) -> String {
        var status = stat()
        guard stat(file(holding: place), &status) == 0 else { return "none" }
        let changed = status.changed
        return "\(status.st_ino) \(status.st_size) \(changed.tv_sec).\(changed.tv_nsec)"
    }

    /// A table is in the file of its database, and so is a row.
    private func file(holding place: String) -> String {
        var status = stat()
        var path = whole(place)
        while lstat(path, &status) != 0, errno == ENOTDIR { path = FilePath.folder(of: path) }
        return path
    }
}
