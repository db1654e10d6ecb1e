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
    package func firstRange(of part: [UInt8]) -> Range<Int>? { self[...].firstRange(of: part) }
}

extension ArraySlice<UInt8> {
    /// The first place of `part`.
    package func firstRange(of part: [UInt8]) -> Range<Int>? {
        withUnsafeBufferPointer { bytes in part.withUnsafeBufferPointer { firstOffset(of: $0, in: bytes) } }
            .map { startIndex + $0..<startIndex + $0 + part.count }
    }
}

/// In time that grows with the sum of both lengths.
private func firstOffset(of part: UnsafeBufferPointer<UInt8>, in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    guard let wanted = part.baseAddress, let first = part.first else { return 0 }
    guard let start = bytes.baseAddress, part.count <= bytes.count else { return nil }
    guard part.count <= shortPartBytes else { return firstOffset(ofLong: part, in: bytes) }
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

/// A part of so few bytes is compared as a whole wherever its first byte stands.
private let shortPartBytes = 64

/// The search of Knuth, Morris and Pratt: no byte is looked at from two places.
private func firstOffset(ofLong part: UnsafeBufferPointer<UInt8>, in bytes: UnsafeBufferPointer<UInt8>)
    -> Int?
{
    guard let start = bytes.baseAddress else { return nil }
    let borders = borders(of: part)
    var (offset, matched) = (0, 0)
    while matched < part.count {
        guard bytes.count - offset >= part.count - matched else { return nil }
        if matched == 0 {
            guard let found = memchr(start + offset, Int32(part[0]), bytes.count - offset) else { return nil }
            (offset, matched) = (UnsafeRawPointer(found) - UnsafeRawPointer(start) + 1, 1)
        } else if bytes[offset] == part[matched] {
            offset += 1
            matched += 1
        } else {
            matched = borders[matched - 1]
        }
    }
    return offset - matched
}

/// For each beginning of `part`, how long a shorter beginning it ends with.
private func borders(of part: UnsafeBufferPointer<UInt8>) -> [Int] {
    var borders = [Int](repeating: 0, count: part.count)
    var length = 0
    for place in part.indices.dropFirst() {
        while length > 0, part[place] != part[length] { length = borders[length - 1] }
        if part[place] == part[length] { length += 1 }
        borders[place] = length
    }
    return borders
}
