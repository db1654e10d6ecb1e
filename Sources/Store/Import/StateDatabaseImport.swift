import Core

/// Devices, pairings, the schedule and what was decided about commands in the SQLite store that OpenClaw uses since 2026.6.
struct StateDatabaseImport: Sendable {
    let path: String
    /// How the report calls the file.
    let name: String
    let database: Database
    /// Whether damaged tables are read as far as they can be.
    let takesDamaged: Bool

    private struct Step: Sendable {
        let table: String
        /// A table without which the rows of this one mean nothing.
        var needed: String?
        let add: @Sendable (ForeignDatabase, Connection, inout ImportReport) throws -> Void
    }

    private var steps: [Step] {
        [
            Step(table: "device_pairing_paired", add: addDevices),
            Step(table: "channel_pairing_requests", add: addRequests),
            Step(table: "channel_pairing_allow_entries", add: addAllowed),
            Step(table: "cron_jobs", add: addJobs),
            Step(table: "cron_run_receipts", needed: "cron_jobs", add: addRuns),
            Step(table: "exec_approvals_config", add: addApprovals),
        ]
    }

    /// Each table is a place of its own and comes whole or not at all: what has come is not read again.
    func run(_ scope: ImportScope) async throws -> ImportReport {
        var report = ImportReport()
        guard try await report.begins(with: path, as: name, scope, on: database) else { return report }
        var problems: [String: ImportProblem] = [:]
        for step in steps where scope.includes("\(name)/\(step.table)") {
            do {
                if let problem = step.needed.flatMap({ problems[$0] }) { throw problem }
                report.add(try await database.write { try add(step, on: $0) })
            } catch let problem as ImportProblem {
                problems[step.table] = problem
                report.miss("\(name)/\(step.table)", problem)
            }
        }
        return report
    }

    /// A table that the original has not made is as good as empty.
    private func add(_ step: Step, on connection: Connection) throws -> ImportReport {
        var report = ImportReport()
        let source = try ForeignDatabase(path, takesDamaged: takesDamaged)
        guard try source.has(table: step.table) else { return report }
        let complaint = try source.open(table: step.table)
        try step.add(source, connection, &report)
        if let failure = source.told(complaint) { report.add(failure: failure) }
        return report
    }

    @Sendable private func addDevices(
        _ source: ForeignDatabase, _ connection: Connection, _ report: inout ImportReport
    ) throws {
        let table = DeviceTable(connection: connection)
        try source.each(
            """
            SELECT device_id, public_key, display_name, platform, device_family, client_id, client_mode, role,
                roles_json, scopes_json, remote_ip, tokens_json, created_at_ms, approved_at_ms, last_seen_at_ms
            FROM device_pairing_paired NOT INDEXED
            """
        ) { row in
            var device = PairedDevice(
                deviceID: row.text(0), publicKey: row.text(1), createdAt: row.timestamp(12),
                approvedAt: row.timestamp(13))
            device.displayName = row.optionalText(2)
            device.platform = row.optionalText(3)
            device.deviceFamily = row.optionalText(4)
            device.clientID = row.optionalText(5)
            device.clientMode = row.optionalText(6)
            device.role = row.optionalText(7)
            device.roles = try source.json(row, 8)?.strings ?? []
            device.scopes = try source.json(row, 9)?.strings ?? []
            device.remoteIP = row.optionalText(10)
            for (role, token) in try source.json(row, 11)?.objectValue ?? [:] {
                device.tokens[role] = DeviceToken(json: token)
            }
            device.lastSeenAt = row.optionalTimestamp(14)
            if try table.addIfNew(device) { report.devices += 1 }
            return true
        }
    }

    @Sendable private func addRequests(
        _ source: ForeignDatabase, _ connection: Connection, _ report: inout ImportReport
    ) throws {
        try source.each(
            """
            SELECT channel_key, account_id, request_id, code, created_at, last_seen_at, meta_json
            FROM channel_pairing_requests NOT INDEXED
            """
        ) { row in
            let created = Timestamp(iso8601: row.text(4)) ?? Timestamp(milliseconds: 0)
            let request = PairingRequest(
                channel: row.id(0), account: row.text(1), sender: row.text(2), code: row.text(3),
                createdAt: created, lastSeenAt: Timestamp(iso8601: row.text(5)),
                meta: try source.json(row, 6))
            if try PairingTable(connection: connection).addIfNew(request) { report.pairingRequests += 1 }
            return true
        }
    }

    /// What an earlier release kept in a file, and what is a file here.
    @Sendable private func addApprovals(
        _ source: ForeignDatabase, _ connection: Connection, _ report: inout ImportReport
    ) throws {
        try source.each("SELECT raw_json FROM exec_approvals_config NOT INDEXED WHERE config_key = 'current'")
        { row in
            report.approvals = row.optionalText(0)
            return true
        }
    }

    @Sendable private func addAllowed(
        _ source: ForeignDatabase, _ connection: Connection, _ report: inout ImportReport
    ) throws {
        try source.each(
            """
            SELECT channel_key, account_id, entry, updated_at FROM channel_pairing_allow_entries NOT INDEXED
            ORDER BY sort_order
            """
        ) { row in
            let isNew = try PairingTable(connection: connection).allowIfNew(
                row.text(2), channel: row.id(0), account: row.text(1), at: row.timestamp(3))
            if isNew { report.allowedSenders += 1 }
            return true
        }
    }

    /// Jobs with a declaration key belong to the original's own features, which recreate them; people's jobs have none.
    @Sendable private func addJobs(
        _ source: ForeignDatabase, _ connection: Connection, _ report: inout ImportReport
    ) throws {
        try source.each(
            "SELECT job_json, state_json, declaration_key FROM cron_jobs NOT INDEXED ORDER BY sort_order"
        ) {
            row in
            guard row.isNull(2) else { return true }
            guard let document = try source.json(row, 0),
                let job = CronRow(document: document, state: try source.json(row, 1))
            else {
                report.skippedLines += 1
                return true
            }
            if try CronTable(connection: connection).addIfNew(job) { report.cronJobs += 1 }
            return true
        }
    }

    @Sendable private func addRuns(
        _ source: ForeignDatabase, _ connection: Connection, _ report: inout ImportReport
    ) throws {
        let table = CronTable(connection: connection)
        let jobs = Set(try table.jobs().map(\.id))
        try source.each(
            """
            SELECT job_id, status, started_at_ms, finished_at_ms, error_text FROM cron_run_receipts
            NOT INDEXED ORDER BY started_at_ms
            """
        ) { row in
            guard jobs.contains(row.text(0)) else { return true }
            let started = row.int64(2)
            let finished = row.optionalInt64(3) ?? started
            var document: JSONObject = [
                "ts": .integer(finished), "jobId": .string(row.text(0)), "action": "finished",
                "status": .string(row.text(1)), "runAtMs": .integer(started),
                "durationMs": .integer(max(0, finished &- started)),
            ]
            document["error"] = row.optionalText(4).map { .string($0) }
            let run = CronRun(
                job: row.text(0), at: Timestamp(milliseconds: finished), document: .object(document))
            if try table.addIfNew(run) { report.cronRuns += 1 }
            return true
        }
    }
}
