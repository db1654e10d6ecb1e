#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

// Finding words in text, byte by byte. The standard library has the same beside its regular expressions, which come along
// with it: 1.2 MB that nothing here needs, so its module is not imported (Package.swift).

extension String {
    /// Whether both are the same bytes; `==` also holds between two Unicode forms of a text.
    package func hasBytes(of other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        var (one, other) = (self, other)
        return one.withUTF8 { one in
            other.withUTF8 { other in
                guard let start = one.baseAddress, let otherStart = other.baseAddress else { return true }
                return memcmp(start, otherStart, one.count) == 0
            }
        }
    }

    /// Whether `words` occur anywhere; no words always do.
    package func contains(_ words: String) -> Bool { self[...].contains(words) }

    /// The first place of `words`.
    package func firstRange(of words: String) -> Range<Index>? { self[...].firstRange(of: words) }

    /// With `other` in each place of `words`.
    package func replacing(_ words: String, with other: String) -> String {
        self[...].replacing(words, with: other)
    }
}

extension Substring {
    /// Whether `words` occur anywhere; no words always do.
    package func contains(_ words: String) -> Bool { offset(of: words) != nil }

    /// The first place of `words`.
    package func firstRange(of words: String) -> Range<Index>? {
        guard let offset = offset(of: words) else { return nil }
        let start = utf8.index(startIndex, offsetBy: offset)
        return start..<utf8.index(start, offsetBy: words.utf8.count)
    }

    /// With `other` in each place of `words`.
    package func replacing(_ words: String, with other: String) -> String {
        var (result, rest) = ("", self)
        while !words.isEmpty, let place = rest.firstRange(of: words) {
            result += rest[..<place.lowerBound] + other
            rest = rest[place.upperBound...]
        }
        return result + rest
    }

    private func offset(of words: String) -> Int? {
        var (text, words) = (self, words)
        return text.withUTF8 { text in words.withUTF8 { firstOffset(of: $0, in: text) } }
    }
}

extension [UInt8] {
    /// The first place of `part`.
    package func firstRange(of part: [UInt8]) -> Range<Int>? {
        withUnsafeBufferPointer { bytes in part.withUnsafeBufferPointer { firstOffset(of: $0, in: bytes) } }
            .map { $0..<$0 + part.count }
    }
}

private func firstOffset(of part: UnsafeBufferPointer<UInt8>, in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    guard let wanted = part.baseAddress, let first = part.first else { return 0 }
    guard let start = bytes.baseAddress else { return nil }
    var offset = 0
    while bytes.count - offset >= part.count {
        let rest = bytes.count - offset - part.count + 1
        guard let found = memchr(start + offset, Int32(first), rest) else { return nil }
        offset = UnsafeRawPointer(found) - UnsafeRawPointer(start)
        if memcmp(start + offset, wanted, part.count) == 0 { return offset }
        offset += 1
    }
    return nil
}
