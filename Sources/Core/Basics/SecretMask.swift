/// Hides secrets in text that people or files will see: the values that are known, and what looks like one.
///
/// What looks like one: keys that begin as the usual vendors' do, `Bearer` and `Basic` credentials, values named like
/// `api_key=…` or `"token": "…"`, and the password of a URL.
package struct SecretMask: Sendable {
    /// Values that must never be seen, longest first.
    private let secrets: [[UInt8]]
    /// The first bytes of everything that is masked: most bytes of a text need no closer look.
    private var beginnings = [Bool](repeating: false, count: 256)

    /// A known value that is shorter is no secret, and would hide words.
    private static let leastKnownBytes = 4
    /// A shorter value is masked whole; a longer one keeps its first 6 and last 4 characters.
    private static let leastPartlyShown = 18

    /// `secrets` are the known values; empty and very short ones are passed over.
    package init(_ secrets: [String] = []) {
        self.secrets = Set(secrets).filter { $0.utf8.count >= Self.leastKnownBytes }
            .sorted { $0.utf8.count > $1.utf8.count }.map { Array($0.utf8) }
        for first in (self.secrets + SecretLook.beginnings).compactMap(\.first) {
            beginnings[Int(first)] = true
        }
        for separator in SecretLook.separators { beginnings[Int(separator)] = true }
    }

    /// The text with its secrets masked.
    package func apply(to text: String) -> String {
        var text = text
        return text.withUTF8 { masked($0) } ?? text
    }

    /// `sk-ant…0123`, or `***` where that would tell too much.
    private static func masked(_ value: String) -> String {
        value.count < leastPartlyShown ? "***" : "\(value.prefix(6))…\(value.suffix(4))"
    }

    /// Nil when there is nothing to mask.
    private func masked(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        var result = ""
        var (start, place) = (0, 0)
        while place < bytes.count {
            guard beginnings[Int(bytes[place])], let secret = secret(in: bytes, at: place) else {
                place += 1
                continue
            }
            result +=
                Self.text(bytes[start..<secret.lowerBound]) + Self.masked(Self.text(bytes[secret]))
            (start, place) = (secret.upperBound, secret.upperBound)
        }
        return start == 0 ? nil : result + Self.text(bytes[start...])
    }

    private func secret(in bytes: UnsafeBufferPointer<UInt8>, at place: Int) -> Range<Int>? {
        let rest = bytes[place...]
        if let known = secrets.first(where: { rest.starts(with: $0) }) { return place..<place + known.count }
        return SecretLook.secret(in: bytes, at: place)
    }

    private static func text(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> String {
        String(decoding: bytes, as: UTF8.self)
    }
}

/// What secrets look like that nobody has told of.
private enum SecretLook {
    /// How keys of the usual vendors begin, and tokens in JSON (RFC 7519).
    private static let keys = [
        "sk-", "sk_", "rk_", "xai-", "gsk_", "ghp_", "gho_", "ghu_", "ghs_", "github_pat_", "glpat-", "AIza",
        "ya29.", "xoxb-", "xoxp-", "xapp-", "hf_", "pplx-", "nvapi-", "eyJ",
    ].map { Array($0.utf8) }
    /// Schemes of `Authorization` (RFC 9110 §11): what follows is a credential if it has a digit.
    private static let schemes = ["Bearer ", "bearer ", "Basic ", "basic "].map { Array($0.utf8) }
    /// Names whose values are secrets, in small letters.
    private static let names: Set<String> = [
        "api_key", "apikey", "api-key", "x-api-key", "x-goog-api-key", "access_token", "refresh_token",
        "id_token", "auth_token", "token", "secret", "client_secret", "password", "authorization",
    ]
    private static let longestName = 16
    /// What these names end in: tells most other words apart at a glance.
    private static let lastLetters = Array("ntdy".utf8)
    /// Bytes that a secret must have behind its beginning or its name.
    private static let leastBytes = 8

    static let beginnings = keys + schemes
    /// Where a name ends and its value begins, and where a URL's password does.
    static let separators = [UInt8(ascii: "="), UInt8(ascii: ":")]

    static func secret(in bytes: UnsafeBufferPointer<UInt8>, at place: Int) -> Range<Int>? {
        if separators.contains(bytes[place]) { return value(in: bytes, after: place) }
        guard place == 0 || !isKeyByte(bytes[place - 1]) || separators.contains(bytes[place - 1]) else {
            return nil
        }
        let rest = bytes[place...]
        if let key = keys.first(where: { rest.starts(with: $0) }) {
            let end = end(in: bytes, from: place + key.count)
            return end - place - key.count >= leastBytes ? place..<end : nil
        }
        guard let scheme = schemes.first(where: { rest.starts(with: $0) }) else { return nil }
        let end = end(in: bytes, from: place + scheme.count)
        return isCredential(bytes[(place + scheme.count)..<end]) ? place..<end : nil
    }

    /// `name=value`, `name: value` or `"name": "value"`; the password of `scheme://user:password@host`.
    private static func value(in bytes: UnsafeBufferPointer<UInt8>, after separator: Int) -> Range<Int>? {
        if let password = password(in: bytes, after: separator) { return password }
        guard names.contains(name(in: bytes, before: separator)) || isQueryKey(bytes, before: separator)
        else {
            return nil
        }
        var start = separator + 1
        if start < bytes.count, bytes[separator] == UInt8(ascii: ":"), bytes[start] == UInt8(ascii: " ") {
            start += 1
        }
        if start < bytes.count, isQuote(bytes[start]) { start += 1 }
        let scheme = schemes.first { bytes[start...].starts(with: $0) }
        start += scheme?.count ?? 0
        let end = end(in: bytes, from: start)
        guard end - start >= leastBytes else { return nil }
        // `token: something` may be a sentence; `token=` and `authorization: Bearer` are none.
        let isSure = bytes[separator] == UInt8(ascii: "=") || scheme != nil
        return isSure || isCredential(bytes[start..<end]) ? start..<end : nil
    }

    private static func name(in bytes: UnsafeBufferPointer<UInt8>, before separator: Int) -> String {
        let end = separator > 0 && isQuote(bytes[separator - 1]) ? separator - 1 : separator
        guard end > 0, lastLetters.contains(bytes[end - 1] | 0x20) else { return "" }
        var start = end
        while start > 0, end - start <= longestName, isNameByte(bytes[start - 1]) { start -= 1 }
        return String(decoding: bytes[start..<end], as: UTF8.self).lowercased()
    }

    /// `key` is a usual word, and a secret only in a URL's query.
    private static func isQueryKey(_ bytes: UnsafeBufferPointer<UInt8>, before separator: Int) -> Bool {
        guard bytes[separator] == UInt8(ascii: "="), separator >= 4 else { return false }
        let first = bytes[separator - 4]
        return (first == UInt8(ascii: "?") || first == UInt8(ascii: "&"))
            && bytes[(separator - 3)..<separator].elementsEqual("key".utf8)
    }

    /// Longest user name and password that are looked for.
    private static let longestUserInfo = 256

    private static func password(in bytes: UnsafeBufferPointer<UInt8>, after colon: Int) -> Range<Int>? {
        guard bytes[colon...].starts(with: "://".utf8) else { return nil }
        let authority = bytes[(colon + 3)...].prefix(longestUserInfo).prefix {
            $0 > 0x20 && $0 != UInt8(ascii: "/")
        }
        guard let at = authority.lastIndex(of: UInt8(ascii: "@")),
            let start = authority[..<at].firstIndex(of: UInt8(ascii: ":")), start + 1 < at
        else { return nil }
        return start + 1..<at
    }

    private static func end(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        guard start < bytes.count else { return bytes.count }
        return bytes[start...].firstIndex { !isKeyByte($0) } ?? bytes.count
    }

    /// Words have no digits, credentials nearly always do.
    private static func isCredential(_ value: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        value.count >= leastBytes && value.contains { (0x30...0x39).contains($0) }
    }

    private static func isQuote(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "`")
    }

    /// A name ends at a dot too: `session.token` is a name of its own.
    private static func isNameByte(_ byte: UInt8) -> Bool {
        isKeyByte(byte) && byte != UInt8(ascii: "=") && byte != UInt8(ascii: "/")
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
