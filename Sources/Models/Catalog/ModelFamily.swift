/// What a model's id says about it: ids are not checked against any list, so new ones must work by their name alone.
struct ModelFamily: Sendable {
    struct Version: Comparable, Sendable {
        var major: Int
        var minor: Int

        init(_ major: Int, _ minor: Int = 0) {
            self.major = major
            self.minor = minor
        }

        static func < (a: Version, b: Version) -> Bool {
            a.major == b.major ? a.minor < b.minor : a.major < b.major
        }
    }

    let words: [Substring]
    /// The first two small numbers in the id: `claude-opus-4-5-20251101` is 4.5, `gpt-4o` is 4.0.
    let version: Version?

    init(_ id: String) {
        let name = id.lowercased().split(separator: "/").last ?? ""
        let words = name.split { !$0.isLetter && !$0.isNumber }
        self.words = words
        version = Self.version(in: words)
    }

    private static func version(in words: [Substring]) -> Version? {
        guard let first = words.firstIndex(where: { number($0) != nil }), let major = number(words[first])
        else { return nil }
        let minor = first + 1 < words.count ? Int(words[first + 1]) : nil
        return Version(major, minor.flatMap { $0 < 100 ? $0 : nil } ?? 0)
    }

    func has(_ word: String) -> Bool { words.contains { $0 == word } }

    func begins(with word: String) -> Bool { words.first?.hasPrefix(word) == true }

    /// The number a word begins with, or the one behind an `o`: `4o`, `o3`, `v4`.
    private static func number(_ word: Substring) -> Int? {
        let digits = word.drop { "ovk".contains($0) }.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, word.count - digits.count <= 2, let number = Int(digits), number < 100 else {
            return nil
        }
        return number
    }
}

extension ModelFamily {
    /// Whether the id belongs to a family that sees images.
    var seesImages: Bool {
        if begins(with: "claude") || begins(with: "gemini") || begins(with: "grok") || begins(with: "gemma") {
            return true
        }
        if begins(with: "gpt") { return !has("oss") && (version ?? Version(0)) >= Version(4) }
        if begins(with: "o"), let version, words.first?.dropFirst().allSatisfy(\.isNumber) == true {
            return version >= Version(1) && !(version == Version(3) && has("mini"))
        }
        return ["vl", "vision", "llava", "pixtral", "omni"].contains { mark in
            words.contains { $0.hasPrefix(mark) }
        }
    }

    /// Whether the id belongs to a family that thinks before it answers.
    var thinks: Bool {
        guard let version else { return begins(with: "gemini") }
        if begins(with: "claude") { return version >= Version(3, 7) }
        if begins(with: "gemini") { return version >= Version(2, 5) }
        if begins(with: "gpt") { return has("oss") || version >= Version(5) }
        return isOpenAIReasoner
    }

    /// `o1`, `o3-mini`, `o4-mini`.
    private var isOpenAIReasoner: Bool {
        guard let first = words.first else { return false }
        return first.first == "o" && first.count == 2 && first.last?.isNumber == true
    }

    /// The efforts OpenAI's models of this name take, lowest first.
    var openAIEfforts: [String] {
        guard let version, thinks else { return [] }
        if isOpenAIReasoner || has("oss") { return ["low", "medium", "high"] }
        if has("chat") { return ["medium"] }
        if has("pro") { return version < Version(5, 2) ? ["high"] : ["medium", "high", "xhigh"] }
        if has("codex") {
            return version < Version(5, 2) ? ["low", "medium", "high"] : ["low", "medium", "high", "xhigh"]
        }
        if version < Version(5, 1) { return ["minimal", "low", "medium", "high"] }
        if version < Version(5, 2) { return ["none", "low", "medium", "high"] }
        if version < Version(5, 6) { return ["none", "low", "medium", "high", "xhigh"] }
        return ["low", "medium", "high", "xhigh"]
    }
}
