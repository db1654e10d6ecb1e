import Core

/// Devices, pairings and the schedule, as OpenClaw wrote them to files until 2026.1.
struct StateFilesImport: Sendable {
    let folder: Folder
    let database: Database

    let scope: ImportScope

    /// Where they are.
    static let places = ["devices", "credentials", "cron"]

    /// The files of them, as far as they are here.
    static func find(_ places: inout ImportPlaces) {
        for place in ["devices/paired.json", "devices/pending.json", "cron/jobs.json"] { places.add(place) }
        places.add(in: "credentials") {
            $0.hasSuffix(ChannelFile.requests) || $0.hasSuffix(ChannelFile.allowed)
        }
        places.add(in: "cron/runs") { $0.hasSuffix(".jsonl") }
    }

    func run() async throws -> ImportReport {
        var report = ImportReport()
        let steps: [@Sendable (Connection, inout ImportReport) throws -> Void] = [
            addPairedDevices, addPendingDevices, addPairings, addJobs, addRuns,
        ]
        for step in steps {
            let part = try await database.write { connection in
                var part = ImportReport()
                try step(connection, &part)
                return part
            }
            report.add(part)
        }
        return report
    }

    /// What a file says; nil where there is none, it is not to be read, or it cannot be, which is noted.
    private func read(_ place: String, _ report: inout ImportReport) -> JSONObject? {
        guard scope.includes(place) else { return nil }
        do throws(ImportProblem) {
            guard let object = try ImportedFile.object(folder.file(place)) else { return nil }
            report.sources.append(place)
            return object
        } catch {
            report.miss(place, error)
            return nil
        }
    }

    /// The places in a folder, in the same way.
    private func places(in place: String, _ report: inout ImportReport) -> [(place: String, name: String)] {
        guard scope.reaches(place) else { return [] }
        do throws(ImportProblem) {
            return try folder[place].names().map { ("\(place)/\($0)", $0) }
        } catch {
            report.miss(scope.parts(of: place), error)
            return []
        }
    }

    // MARK: Devices

    private func addPairedDevices(_ connection: Connection, _ report: inout ImportReport) throws {
        guard let devices = read("devices/paired.json", &report) else { return }
        let table = DeviceTable(connection: connection)
        for (_, document) in devices {
            guard let device = PairedDevice(json: document) else {
                report.skippedLines += 1
                continue
            }
            if try table.addIfNew(device) { report.devices += 1 }
        }
    }

    private func addPendingDevices(_ connection: Connection, _ report: inout ImportReport) throws {
        guard let requests = read("devices/pending.json", &report) else { return }
        for (_, document) in requests {
            guard let request = PendingDevice(json: document),
                try ImportedTable(connection: connection).note(.deviceRequest, request.requestID)
            else { continue }
            try DeviceTable(connection: connection).save(request)
        }
    }

    // MARK: Pairings

    private func addPairings(_ connection: Connection, _ report: inout ImportReport) throws {
        for (path, name) in places(in: "credentials", &report) {
            if let place = ChannelFile(name, suffix: ChannelFile.requests) {
                let requests = read(path, &report)?["requests"]?.arrayValue ?? []
                for request in requests { try add(request, at: place, connection, &report) }
            } else if let place = ChannelFile(name, suffix: ChannelFile.allowed) {
                let senders = read(path, &report)?["allowFrom"]?.strings ?? []
                for sender in senders { try allow(sender, at: place, connection, &report) }
            }
        }
    }

    /// `telegram-pairing.json`, or `telegram-work-pairing.json` for the account `work`.
    private struct ChannelFile {
        static let requests = "-pairing.json"
        static let allowed = "-allowFrom.json"

        let channel: ChannelID
        let account: String

        init?(_ name: String, suffix: String) {
            guard name.hasSuffix(suffix) else { return nil }
            let parts = name.dropLast(suffix.count).split(separator: "-", maxSplits: 1).map(String.init)
            guard let channel = parts.first else { return nil }
            self.channel = ChannelID(channel)
            account = parts.count == 2 ? parts[1] : "default"
        }
    }

    private func add(
        _ json: JSON, at place: ChannelFile, _ connection: Connection, _ report: inout ImportReport
    ) throws {
        guard let sender = json["id"]?.stringValue, let code = json["code"]?.stringValue else {
            report.skippedLines += 1
            return
        }
        let created =
            json["createdAt"]?.stringValue.flatMap { Timestamp(iso8601: $0) } ?? Timestamp(milliseconds: 0)
        let request = PairingRequest(
            channel: place.channel, account: place.account, sender: sender, code: code, createdAt: created,
            lastSeenAt: json["lastSeenAt"]?.stringValue.flatMap { Timestamp(iso8601: $0) }, meta: json["meta"]
        )
        if try PairingTable(connection: connection).addIfNew(request) { report.pairingRequests += 1 }
    }

    private func allow(
        _ sender: String, at place: ChannelFile, _ connection: Connection, _ report: inout ImportReport
    ) throws {
        let isNew = try PairingTable(connection: connection)
            .allowIfNew(sender, channel: place.channel, account: place.account)
        if isNew { report.allowedSenders += 1 }
    }

    // MARK: Schedule

    private func addJobs(_ connection: Connection, _ report: inout ImportReport) throws {
        for document in read("cron/jobs.json", &report)?["jobs"]?.arrayValue ?? [] {
            guard let job = CronRow(document: document, state: nil) else {
                report.skippedLines += 1
                continue
            }
            if try CronTable(connection: connection).addIfNew(job) { report.cronJobs += 1 }
        }
    }

    private func addRuns(_ connection: Connection, _ report: inout ImportReport) throws {
        for (place, name) in places(in: "cron/runs", &report)
        where name.hasSuffix(".jsonl") && scope.includes(place) {
            do {
                try addRuns(of: String(name.dropLast(".jsonl".count)), at: place, connection, &report)
            } catch let problem as ImportProblem {
                report.miss(place, problem)
            }
        }
    }

    private func addRuns(
        of job: String, at place: String, _ connection: Connection, _ report: inout ImportReport
    ) throws {
        let path = folder.file(place)
        guard try Folder.hasFile(path) else { return }
        var reader = try LineReader(path)
        report.sources.append(place)
        while let line = try reader.next() {
            guard case .text(let bytes) = line, let document = try? JSON.parse(bytes),
                let at = document["ts"]?.timestamp
            else {
                report.skippedLines += 1
                continue
            }
            let named = document["jobId"]?.stringValue ?? job
            let run = CronRun(job: named, at: at, document: document)
            if try CronTable(connection: connection).addIfNew(run) { report.cronRuns += 1 }
        }
    }
}

extension CronRow {
    /// From the original's spelling; nil without an id.
    ///
    /// Its state may lie beside it or within it.
    init?(document: JSON, state: JSON?) {
        guard var object = document.objectValue, let id = object["id"]?.stringValue else { return nil }
        let inner = object["state"]
        object["state"] = nil
        self.init(
            id: id, name: object["name"]?.stringValue ?? id, isEnabled: object["enabled"]?.boolValue ?? true,
            agent: object["agentId"]?.stringValue.map { AgentID($0) }, document: .object(object),
            state: state ?? inner ?? [:],
            updatedAt: object["updatedAtMs"]?.timestamp ?? object["createdAtMs"]?.timestamp
                ?? Timestamp(milliseconds: 0))
    }
}

// What was taken over before, and may have been deleted since, is not new.

extension CronTable {
    /// False when the job is there already.
    func addIfNew(_ job: CronRow) throws -> Bool {
        guard try ImportedTable(connection: connection).note(.job, job.id) else { return false }
        let isKnown = try connection.first("SELECT 1 FROM cron_jobs WHERE job_id = ?", job.id) { _ in true }
        guard isKnown == nil else { return false }
        try save(job)
        return true
    }

    /// False when the same is written of that job and moment.
    func addIfNew(_ run: CronRun) throws -> Bool {
        let isKnown = try connection.first(
            "SELECT 1 FROM cron_runs WHERE job_id = ? AND at = ? AND document = ?", run.job, run.at,
            run.document
        ) { _ in true }
        guard isKnown == nil else { return false }
        try add(run)
        return true
    }
}

extension DeviceTable {
    /// False when the device is paired already.
    func addIfNew(_ device: PairedDevice) throws -> Bool {
        guard try ImportedTable(connection: connection).note(.device, device.deviceID) else { return false }
        guard try paired(device.deviceID) == nil else { return false }
        try save(device)
        return true
    }
}

extension PairingTable {
    func addIfNew(_ request: PairingRequest) throws -> Bool {
        let name = "\(request.channel) \(request.account) \(request.sender) \(request.code)"
        guard try ImportedTable(connection: connection).note(.pairingRequest, name) else { return false }
        try save(request)
        return true
    }

    func allowIfNew(
        _ sender: String, channel: ChannelID, account: String, at moment: Timestamp = .now
    ) throws -> Bool {
        let name = "\(channel) \(account) \(sender)"
        guard try ImportedTable(connection: connection).note(.sender, name) else { return false }
        try allow(sender, channel: channel, account: account, at: moment)
        return true
    }
}
