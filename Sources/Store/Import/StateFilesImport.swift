import Core

/// Devices, pairings and the schedule, as OpenClaw wrote them to files until 2026.1.
struct StateFilesImport: Sendable {
    let folder: Folder
    let database: Database

    func run(now: Timestamp) async throws -> ImportReport {
        var report = ImportReport()
        let steps: [@Sendable (Connection, inout ImportReport) throws -> Void] = [
            addPairedDevices, addPendingDevices, addPairings, addJobs, addRuns,
        ]
        for step in steps {
            do {
                let part = try await database.write { connection in
                    var part = ImportReport()
                    try step(connection, &part)
                    return part
                }
                report.add(part)
            } catch let problem as ImportProblem {
                report.add(problem: problem.text)
            }
        }
        return report
    }

    // MARK: Devices

    private func addPairedDevices(_ connection: Connection, _ report: inout ImportReport) throws {
        guard let devices = try ImportedFile.json(folder["devices"].file("paired.json"))?.objectValue else {
            return
        }
        let table = DeviceTable(connection: connection)
        report.sources.append("devices/paired.json")
        for (_, document) in devices {
            guard let device = PairedDevice(json: document) else {
                report.skippedLines += 1
                continue
            }
            guard try table.paired(device.deviceID) == nil else { continue }
            try table.save(device)
            report.devices += 1
        }
    }

    private func addPendingDevices(_ connection: Connection, _ report: inout ImportReport) throws {
        guard let requests = try ImportedFile.json(folder["devices"].file("pending.json"))?.objectValue else {
            return
        }
        for (_, document) in requests {
            guard let request = PendingDevice(json: document) else { continue }
            try DeviceTable(connection: connection).save(request)
        }
    }

    // MARK: Pairings

    private func addPairings(_ connection: Connection, _ report: inout ImportReport) throws {
        let credentials = folder["credentials"]
        for name in credentials.names {
            if let place = ChannelFile(name, suffix: "-pairing.json") {
                let requests = try ImportedFile.json(credentials.file(name))?["requests"]?.arrayValue ?? []
                report.sources.append("credentials/" + name)
                for request in requests { try add(request, at: place, connection, &report) }
            } else if let place = ChannelFile(name, suffix: "-allowFrom.json") {
                let senders = try ImportedFile.json(credentials.file(name))?["allowFrom"]?.strings ?? []
                report.sources.append("credentials/" + name)
                for sender in senders { try allow(sender, at: place, connection, &report) }
            }
        }
    }

    /// `telegram-pairing.json`, or `telegram-work-pairing.json` for the account `work`.
    private struct ChannelFile {
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
        try PairingTable(connection: connection).save(request)
        report.pairingRequests += 1
    }

    private func allow(
        _ sender: String, at place: ChannelFile, _ connection: Connection, _ report: inout ImportReport
    ) throws {
        try PairingTable(connection: connection).allow(sender, channel: place.channel, account: place.account)
        report.allowedSenders += 1
    }

    // MARK: Schedule

    private func addJobs(_ connection: Connection, _ report: inout ImportReport) throws {
        guard let file = try ImportedFile.json(folder["cron"].file("jobs.json")) else { return }
        report.sources.append("cron/jobs.json")
        for document in file["jobs"]?.arrayValue ?? [] {
            guard let job = CronRow(document: document, state: nil) else {
                report.skippedLines += 1
                continue
            }
            if try CronTable(connection: connection).addIfNew(job) { report.cronJobs += 1 }
        }
    }

    private func addRuns(_ connection: Connection, _ report: inout ImportReport) throws {
        let runs = folder["cron"]["runs"]
        for name in runs.names where name.hasSuffix(".jsonl") {
            guard var reader = LineReader(runs.file(name)) else { continue }
            report.sources.append("cron/runs/" + name)
            while let line = reader.next() {
                guard case .text(let bytes) = line, let document = try? JSON.parse(bytes),
                    let at = document["ts"]?.timestamp
                else {
                    report.skippedLines += 1
                    continue
                }
                let job = document["jobId"]?.stringValue ?? String(name.dropLast(".jsonl".count))
                try CronTable(connection: connection).add(CronRun(job: job, at: at, document: document))
                report.cronRuns += 1
            }
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

extension CronTable {
    /// False when the job is there already.
    func addIfNew(_ job: CronRow) throws -> Bool {
        let isKnown = try connection.first("SELECT 1 FROM cron_jobs WHERE job_id = ?", job.id) { _ in true }
        guard isKnown == nil else { return false }
        try save(job)
        return true
    }
}
