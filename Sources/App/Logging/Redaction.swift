import Core

/// Masks secrets in log lines: the known values, and what looks like a key.
struct Redaction: Sendable {
    /// Values that must never be seen, longest first.
    private let secrets: [[UInt8]]
    /// How keys of the usual vendors begin.
    private static let keyPrefixes = [
        "sk-ant-", "sk-proj-", "sk-or-", "sk-", "xai-", "gsk_", "ghp_", "github_pat_", "AIza", "xoxb-",
        "xapp-",
        "Bearer ",
    ].map { Array($0.utf8) }
    /// Bytes that must follow such a beginning.
    private static let leastAfterPrefix = 8
    /// A shorter value is masked whole; a longer one keeps its first 6 and last 4 characters.
    private static let leastPartlyShown = 18
    let isOn: Bool
    /// The first bytes of everything that is masked: most bytes of a line need no closer look.
    private var beginnings = [Bool](repeating: false, count: 256)

    init(secrets: [String], isOn: Bool) {
        self.secrets = Set(secrets).filter { $0.count >= 4 }.sorted { $0.utf8.count > $1.utf8.count }.map {
            Array($0.utf8)
        }
        self.isOn = isOn
        for first in (self.secrets + Self.keyPrefixes).compactMap(\.first) { beginnings[Int(first)] = true }
    }

    func apply(to line: String) -> String {
        guard isOn else { return line }
        var line = line
        return line.withUTF8 { masked($0) } ?? line
    }

    static func masked(_ value: String) -> String {
        value.count < leastPartlyShown ? "***" : "\(value.prefix(6))…\(value.suffix(4))"
    }

    /// The line with its secrets masked; nil when it has none.
    private func masked(_ line: UnsafeBufferPointer<UInt8>) -> String? {
        var result = ""
        var (start, place) = (0, 0)
        while place < line.count {
            guard beginnings[Int(line[place])], let end = endOfSecret(in: line, at: place) else {
                place += 1
                continue
            }
            result += Self.text(line[start..<place]) + Self.masked(Self.text(line[place..<end]))
            (start, place) = (end, end)
        }
        return start == 0 ? nil : result + Self.text(line[start...])
    }

    private func endOfSecret(in line: UnsafeBufferPointer<UInt8>, at place: Int) -> Int? {
        let rest = line[place...]
        if let secret = secrets.first(where: { rest.starts(with: $0) }) { return place + secret.count }
        guard place == 0 || !Self.isKeyByte(line[place - 1]) else { return nil }
        return Self.keyPrefixes.lazy.filter { rest.starts(with: $0) }.compactMap { prefix in
            let end = rest[(place + prefix.count)...].firstIndex { !Self.isKeyByte($0) } ?? line.count
            return end - place - prefix.count >= Self.leastAfterPrefix ? end : nil
        }.first
    }

    private static func text(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> String {
        String(decoding: bytes, as: UTF8.self)
    }

    private static func isKeyByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
            UInt8(ascii: "~"), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="):
            true
        default: false
        }
    }
}
