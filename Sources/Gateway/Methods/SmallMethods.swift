import Agent
import Core
import Store

/// Methods with short answers: what is not built yet says honestly that there is nothing.
struct SmallMethods: MethodGroup {
    let commands: [SlashCommand]
    let tools: @MainActor () -> [ToolSchema]
    let cron: CronStore
    let usage: UsageStore
    let settings: SettingsBox

    func register(in table: inout MethodTable) {
        table.addFast(
            "commands.list", .read,
            ParamsSchema(
                .optional("sessionKey", .string(least: 1)), .optional("agentId", .string(least: 1)),
                .optional("provider", .string(least: 1)),
                .optional("scope", .oneOf(["text", "native", "both"])),
                .optional("includeArgs", .boolean))
        ) { _ throws(RPCError) in .json(["commands": Self.list(commands)]) }
        table.add("cron.list", .read, Self.cronListParams, cronList)
        table.add("cron.status", .read, .empty, cronStatus)
        table.addFast(
            "skills.status", .read,
            ParamsSchema(.optional("agentId", .string(least: 1)), .optional("sessionKey", .string(least: 1))),
            skills)
        table.addFast("node.list", .read, .empty) { _ throws(RPCError) in
            .json(["ts": Timestamp.now.json, "nodes": []])
        }
        table.addFast(
            "tools.catalog", .read,
            ParamsSchema(.optional("agentId", .string(least: 1)), .optional("includePlugins", .boolean)),
            catalog)
        table.add("usage.cost", .read, .loose, cost)
        table.addFast("usage.status", .read, .loose) { _ throws(RPCError) in
            .json(["updatedAt": Timestamp.now.json, "providers": []])
        }
    }

    static func list(_ commands: [SlashCommand]) -> JSON {
        .array(
            commands.map { command in
                [
                    "name": .string(command.name), "nativeName": .string(command.name),
                    "textAliases": JSON((["/" + command.name] + command.aliases.map { "/" + $0 })),
                    "description": .string(command.help), "category": .string("\(command.category)"),
                    "source": "native", "scope": "both", "acceptsArgs": .bool(command.arguments != nil),
                ]
            })
    }

    private func skills(_ call: Call) throws(RPCError) -> Payload? {
        let agent = settings.now.agent(settings.now.keys.defaultAgent)
        var object: JSONObject = [
            "workspaceDir": .string(agent?.workspace ?? ""),
            "managedSkillsDir": .string(settings.now.stateDirectory + "/skills"),
        ]
        if call.generation == .four {
            object["agentId"] = .string(call.text("agentId") ?? settings.now.keys.defaultAgent.rawValue)
        }
        object["skills"] = []
        return .json(.object(object))
    }

    private func catalog(_ call: Call) throws(RPCError) -> Payload? {
        let agent = call.text("agentId") ?? settings.now.keys.defaultAgent.rawValue
        let tools = tools().map { tool -> JSON in
            [
                "id": .string(tool.name), "label": .string(tool.name),
                "description": .string(tool.description),
                "source": "core", "defaultProfiles": [],
            ]
        }
        return .json([
            "agentId": .string(agent), "profiles": [],
            "groups": [["id": "core", "label": "Tools", "source": "core", "tools": .array(tools)]],
        ])
    }
}

// MARK: - Schedule

extension SmallMethods {
    /// Jobs that were brought along from another gateway.
    ///
    /// They are kept and do not run yet.
    private func cronList(_ call: Call) async throws(RPCError) -> Payload {
        let showsAll = call.params["includeDisabled"] == true || call.text("enabled") == "all"
        let rows = try await reading { try await cron.jobs() }.filter { $0.isEnabled || showsAll }
        let jobs = rows.map { row -> JSON in
            var object = row.document.objectValue ?? [:]
            object["id"] = .string(row.id)
            object["enabled"] = .bool(row.isEnabled)
            if object["state"] == nil { object["state"] = row.state }
            return .object(object)
        }
        var object: JSONObject = ["jobs": .array(jobs)]
        if call.generation == .four {
            object["deliveryPreviews"] = [:]
            object["total"] = JSON(jobs.count)
            object["offset"] = 0
            object["limit"] = JSON(jobs.count)
            object["hasMore"] = false
            object["nextOffset"] = .null
        }
        return .json(.object(object))
    }

    private func cronStatus(_ call: Call) async throws(RPCError) -> Payload {
        let count = try await reading { try await cron.jobs() }.count
        var object: JSONObject = [
            "enabled": false, "storePath": .string(settings.now.databasePath), "jobs": JSON(count),
            "nextWakeAtMs": .null,
        ]
        if call.generation == .four {
            object["triggersEnabled"] = false
            object["storage"] = "sqlite"
            object["sqlitePath"] = .string(settings.now.databasePath)
        }
        return .json(.object(object))
    }

    private static let cronListParams: ParamsSchema = {
        let texts = [
            "query", "enabled", "scheduleKind", "lastRunStatus", "trigger", "sortBy", "sortDir", "agentId",
        ]
        return ParamsSchema(
            fields: [
                .optional("includeDisabled", .boolean), .optional("limit", .integer(least: 1, most: 200)),
                .optional("offset", .integer(least: 0)), .optional("compact", .boolean),
                .optional("includeDeliveryPreviews", .boolean),
            ] + texts.map { .optional($0, .string()) })
    }()
}

// MARK: - Usage

extension SmallMethods {
    private func cost(_ call: Call) async throws(RPCError) -> Payload {
        let asked = call.params["days"].flatMap { $0.intValue ?? $0.stringValue.flatMap { Int($0) } } ?? 30
        let days = min(max(asked, 1), 366)
        let today = CalendarDay(.now)
        let first = today.adding(1 - days)
        let rows = try await reading { try await usage.days(from: first.text, to: today.text) }
        var sums: [String: CostSum] = [:]
        var total = CostSum()
        for row in rows {
            sums[row.day, default: CostSum()].add(row.usage)
            total.add(row.usage)
        }
        let daily: [JSON] =
            call.generation == .four
            ? (0..<days).map { (sums[first.adding($0).text] ?? CostSum()).json(day: first.adding($0).text) }
            : sums.sorted { $0.key < $1.key }.map { $0.value.json(day: $0.key) }
        return .json([
            "updatedAt": Timestamp.now.json, "days": JSON(days), "daily": .array(daily),
            "totals": total.json(day: nil),
        ])
    }
}

/// Tokens and dollars of a day or of all days.
private struct CostSum {
    private var usage = Usage()
    private var cost = Usage.Cost()
    private var withoutPrice = 0

    mutating func add(_ more: Usage) {
        usage.input &+= more.input
        usage.output &+= more.output
        usage.cacheRead &+= more.cacheRead
        usage.cacheWrite &+= more.cacheWrite
        guard let price = more.cost else {
            withoutPrice += 1
            return
        }
        cost.input += price.input
        cost.output += price.output
        cost.cacheRead += price.cacheRead
        cost.cacheWrite += price.cacheWrite
    }

    func json(day: String?) -> JSON {
        var object = JSONObject()
        object["date"] = day.map { .string($0) }
        let numbers: [(String, JSON)] = [
            ("input", JSON(usage.input)), ("output", JSON(usage.output)),
            ("cacheRead", JSON(usage.cacheRead)),
            ("cacheWrite", JSON(usage.cacheWrite)), ("totalTokens", JSON(usage.totalTokens)),
            ("totalCost", JSON(cost.total)), ("inputCost", JSON(cost.input)),
            ("outputCost", JSON(cost.output)),
            ("cacheReadCost", JSON(cost.cacheRead)), ("cacheWriteCost", JSON(cost.cacheWrite)),
            ("missingCostEntries", JSON(withoutPrice)),
        ]
        for (key, value) in numbers { object[key] = value }
        return .object(object)
    }
}

/// A day in UTC.
struct CalendarDay {
    private let days: Int64

    init(_ moment: Timestamp) { days = Self.floored(moment.milliseconds, 86_400_000) }

    private init(days: Int64) { self.days = days }

    func adding(_ count: Int) -> CalendarDay { CalendarDay(days: days + Int64(count)) }

    /// `YYYY-MM-DD`, by the usual count of days from a year that begins in March.
    var text: String {
        let shifted = days + 719_468
        let era = Self.floored(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * month + 2) / 5 + 1
        let calendarMonth = month < 10 ? month + 3 : month - 9
        let year = yearOfEra + era * 400 + (calendarMonth <= 2 ? 1 : 0)
        return "\(Self.padded(year, 4))-\(Self.padded(calendarMonth, 2))-\(Self.padded(day, 2))"
    }

    private static func floored(_ number: Int64, _ divisor: Int64) -> Int64 {
        let quotient = number / divisor
        return number % divisor < 0 ? quotient - 1 : quotient
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
