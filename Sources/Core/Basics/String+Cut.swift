extension String {
    /// At most `bytes` of UTF-8 from the beginning, never ending inside a character.
    package func head(bytes: Int) -> String {
        guard utf8.count > bytes else { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: max(bytes, 0))
        while utf8[end].isContinuation, end > utf8.startIndex { end = utf8.index(before: end) }
        return String(decoding: utf8[..<end], as: UTF8.self)
    }

    /// At most `bytes` of UTF-8 from the end, never beginning inside a character.
    package func tail(bytes: Int) -> String {
        guard utf8.count > bytes else { return self }
        return String(decoding: utf8.suffix(max(bytes, 0)).drop(while: \.isContinuation), as: UTF8.self)
    }
}

extension UInt8 {
    /// Whether a character's encoding goes on with this byte (RFC 3629).
    fileprivate var isContinuation: Bool { self & 0xC0 == 0x80 }
}
