import Core

/// The `.env` files: variables that are added to the process's own.
///
/// One that said something and is gone, empty or unreadable may be on its way back: what it said goes on, as for the
/// config file.
struct DotEnvFiles {
    let paths: [String]
    /// What is wrong with them, as warnings.
    private(set) var mistakes: [ConfigIssue] = []
    /// What each said when it last said something.
    private var texts: [String: String] = [:]

    init(in folders: [String]) {
        paths = folders.map { $0 + "/.env" }
    }

    /// Reads them again and adds what they say to `variables`.
    mutating func read(addingTo variables: [String: String]) -> Environment {
        var environment = Environment(variables)
        mistakes = []
        for path in paths {
            let absence = readText(of: path)
            guard let text = texts[path] else { continue }
            let (variables, wrongLines) = Environment.read(text)
            environment.add(variables)
            if let absence, !variables.isEmpty { tell(.standingIn(for: path, absence)) }
            if !wrongLines.isEmpty { tell(.wrongLines(wrongLines, of: path)) }
        }
        return environment
    }

    /// Why the file says nothing now; nil when it does.
    ///
    /// At the first reading one that cannot be read is as good as none: nothing in it is needed to start.
    private mutating func readText(of path: String) -> String? {
        do throws(FileError) {
            guard let bytes = try PrivateFile.read(path, limit: ConfigLoader.limits.maxBytes) else {
                return "is gone"
            }
            guard !bytes.isBlank else { return "is empty" }
            texts[path] = String(decoding: bytes, as: UTF8.self)
            return nil
        } catch {
            return "cannot be read: \(error.reason)"
        }
    }

    /// Both paths may be the same.
    private mutating func tell(_ mistake: ConfigIssue) {
        if !mistakes.contains(mistake) { mistakes.append(mistake) }
    }
}

extension ConfigIssue {
    /// Lines named in one sentence.
    private static let mostLines = 8

    fileprivate static func wrongLines(_ lines: [Int], of path: String) -> ConfigIssue {
        let named = lines.prefix(mostLines).map(String.init).joined(separator: ", ")
        let rest = lines.count > mostLines ? " and \(lines.count - mostLines) more" : ""
        return ConfigIssue(
            path: .root,
            message:
                "`\(path)`: line \(named)\(rest): not `NAME=value`, so it is passed over; mend it, or put `#` before it"
        )
    }

    fileprivate static func standingIn(for path: String, _ absence: String) -> ConfigIssue {
        ConfigIssue(
            path: .root,
            message:
                "`\(path)` \(absence); what it said stays in use until the gateway is stopped and started. A file with "
                + "nothing but a `#` line takes it out of use at once")
    }
}

extension [UInt8] {
    /// Says nothing: there is only white space, or not even that.
    var isBlank: Bool { allSatisfy { $0 <= 0x20 } }
}
