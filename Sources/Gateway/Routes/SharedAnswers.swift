import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Keeps a large answer that many are reading in memory once, for as long as somebody reads it.
@MainActor
final class SharedAnswers {
    private struct Kept { weak var bytes: SharedBytes? }

    private var kept: [Kept] = []

    /// Bytes from which it is worth to look whether they are here already.
    private static let leastBytes = 16 << 10

    /// The same answer, with a body of which nobody else has a copy.
    func shared(_ response: HTTPResponse) -> HTTPResponse {
        guard case .bytes(let bytes) = response.body, bytes.count >= Self.leastBytes else { return response }
        var response = response
        response.body = .shared(bytes.withUnsafeBytes { share($0) })
        return response
    }

    private func share(_ bytes: UnsafeRawBufferPointer) -> SharedBytes {
        kept.removeAll { $0.bytes == nil }
        if let known = kept.lazy.compactMap(\.bytes).first(where: { Self.isSame($0, bytes) }) { return known }
        let fresh = SharedBytes(bytes)
        kept.append(Kept(bytes: fresh))
        return fresh
    }

    private static func isSame(_ one: SharedBytes, _ other: UnsafeRawBufferPointer) -> Bool {
        guard one.count == other.count, let start = other.baseAddress else { return false }
        return one.withUnsafeBytes { $0.baseAddress.map { memcmp($0, start, other.count) == 0 } ?? false }
    }
}
