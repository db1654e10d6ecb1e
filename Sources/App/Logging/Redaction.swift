import Core

/// Masks secrets in log lines: the known values, and what looks like a key.
struct Redaction: Sendable {
    /// Values that must never be seen, longest first.
    private let secrets: [String]
    /// How keys of the usual vendors begin.
    private static let keyPrefixes = [
        "sk-ant-", "sk-proj-", "sk-or-", "sk-", "xai-", "gsk_", "ghp_", "github_pat_", "AIza", "xoxb-",
        "xapp-",
        "Bearer ",
    ]
    /// A shorter value is masked whole; a longer one keeps its first 6 and last 4 characters.
    private static let leastPartlyShown = 18
    let isOn: Bool

    init(secrets: [String], isOn: Bool) {
        self.secrets = Set(secrets).filter { $0.count >= 4 }.sorted { $0.count > $1.count }
        self.isOn = isOn
    }

    func apply(to line: String) -> String {
        guard isOn else { return line }
        var line = line
        for secret in secrets where line.utf8.count >= secret.utf8.count {
            line = replacing(secret, in: line, with: Self.masked(secret))
        }
        for prefix in Self.keyPrefixes { line = maskingWords(that: prefix, in: line) }
        return line
    }

    static func masked(_ value: String) -> String {
        value.count < leastPartlyShown ? "***" : "\(value.prefix(6))…\(value.suffix(4))"
    }

    private func replacing(_ secret: String, in line: String, with mask: String) -> String {
        let parts = line.ranges(of: secret)
        guard !parts.isEmpty else { return line }
        var result = ""
        var start = line.startIndex
        for range in parts {
            result += line[start..<range.lowerBound] + mask
            start = range.upperBound
        }
        return result + line[start...]
    }

    /// Masks each run of key characters that begins with `prefix` and goes on for at least eight more.
    private func maskingWords(that prefix: String, in line: String) -> String {
        var result = ""
        var start = line.startIndex
        for range in line.ranges(of: prefix) where range.lowerBound >= start {
            let end = line[range.upperBound...].firstIndex { !$0.isKeyCharacter } ?? line.endIndex
            guard line.distance(from: range.upperBound, to: end) >= 8 else { continue }
            let isWordStart =
                range.lowerBound == line.startIndex
                || !line[line.index(before: range.lowerBound)].isKeyCharacter
            guard isWordStart else { continue }
            result += line[start..<range.lowerBound] + Self.masked(String(line[range.lowerBound..<end]))
            start = end
        }
        return result + line[start...]
    }
}

extension Character {
    fileprivate var isKeyCharacter: Bool { isASCII && (isLetter || isNumber || "-_.~+/=".contains(self)) }
}
