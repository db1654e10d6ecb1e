import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The `.env` files: variables that are added to the process's own.
///
/// One that said something and is gone, empty or unreadable may be on its way back: what it said goes on, as for the
/// config file.
struct DotEnvFiles {
    let paths: [String]
    /// What is wrong with them, as warnings.
    private(set) var mistakes: [ConfigIssue] = []
    /// One that is there and has never been read, and why: the gateway's secret may stand in it.
    private(set) var unread: FileError?
    /// What each said when it last said something.
    private var texts: [String: String] = [:]

    init(in folders: [String]) {
        paths = folders.map { $0 + "/.env" }
    }

    /// Reads them again and adds what they say to `variables`.
    mutating func read(addingTo variables: [String: String]) -> Environment {
        var environment = Environment(variables)
        mistakes = []
        unread = nil
        for path in paths {
            let absence = readText(of: path)
            guard let text = texts[path] else {
                // A folder of that name holds other things.
                if case .unreadable(let error) = absence, error.code != EISDIR {
                    unread = error
                    tell(ConfigIssue(path: .root, message: "\(error) What it sets is not set"))
                }
                continue
            }
            let (variables, wrongLines) = Environment.read(text)
            environment.add(variables)
            if let absence, !variables.isEmpty { tell(.standingIn(for: path, absence)) }
            if !wrongLines.isEmpty { tell(.wrongLines(wrongLines, of: path)) }
        }
        return environment
    }

    /// Why a file says nothing.
    fileprivate enum Absence {
        case gone, empty
        case unreadable(FileError)

        var words: String {
            switch self {
            case .gone: "is gone"
            case .empty: "is empty"
            case .unreadable(let error): "cannot be read: \(error.reason)"
            }
        }
    }

    /// Nil when the file says something now.
    private mutating func readText(of path: String) -> Absence? {
        do throws(FileError) {
            guard let bytes = try PrivateFile.read(path, limit: ConfigLoader.limits.maxBytes) else {
                return .gone
            }
            guard !bytes.isBlank else { return .empty }
            texts[path] = String(decoding: bytes, as: UTF8.self)
            return nil
        } catch {
            return .unreadable(error)
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

    fileprivate static func standingIn(for path: String, _ absence: DotEnvFiles.Absence) -> ConfigIssue {
        ConfigIssue(
            path: .root,
            message:
                "`\(path)` \(absence.words); what it said stays in use until the gateway is stopped and started. A file with "
                + "nothing but a `#` line takes it out of use at once")
    }
}
