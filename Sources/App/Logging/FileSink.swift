import Core

/// One JSON line an entry, in a file a day: the format that `logs.tail` and its readers know.
final class FileSink: Log.Sink {
    let leastLevel: Log.Level
    let file: BoundedFile
    private let hostname: String
    private let mask: LogMask

    init(_ file: BoundedFile, leastLevel: Log.Level, mask: LogMask, hostname: String) {
        self.file = file
        self.leastLevel = leastLevel
        self.mask = mask
        self.hostname = hostname
    }

    func write(_ line: Log.Line) {
        file.append(mask.apply(to: encoded(mask.apply(to: line))), at: line.time)
    }

    private func encoded(_ line: Log.Line) -> String {
        let name = JSON.object(["subsystem": .string(line.subsystem)]).text
        let meta: JSONObject = [
            "date": .string(line.time.iso8601), "hostname": .string(hostname),
            "logLevelId": JSON(line.level.rawValue + 1),
            "logLevelName": .string(line.level.name.uppercased()),
            "name": .string(name), "parentNames": ["openclaw"],
        ]
        var object: JSONObject = ["0": .string(name), "1": .string(line.text)]
        for (key, value) in line.metadata { object[key] = .string(value) }
        object["_meta"] = .object(meta)
        object["time"] = .string(line.time.iso8601)
        object["hostname"] = .string(hostname)
        object["message"] = .string(line.text)
        return JSON.object(object).text
    }
}
