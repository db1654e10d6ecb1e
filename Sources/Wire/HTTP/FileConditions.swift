/// What of a file a request is to get (RFC 9110 §13.2.2 and §14).
struct FileConditions {
    enum Outcome: Equatable {
        case whole
        case part(Range<Int>)
        case notModified
        case preconditionFailed
        case unsatisfiable
    }

    let etag: String?
    /// Seconds since 1970.
    let modified: Int
    let size: Int

    func evaluate(_ request: HTTPRequest) -> Outcome {
        let headers = request.headers
        let required = headers.all("If-Match")
        if !required.isEmpty {
            guard let etag, EntityTag.list(required, holdStrong: etag) else { return .preconditionFailed }
        } else if let date = headers["If-Unmodified-Since"].flatMap(HTTPDate.seconds), modified > date {
            return .preconditionFailed
        }
        let known = headers.all("If-None-Match")
        if !known.isEmpty {
            if let etag, EntityTag.list(known, hold: etag) { return .notModified }
        } else if let date = headers["If-Modified-Since"].flatMap(HTTPDate.seconds), modified <= date {
            return .notModified
        }
        guard request.method == "GET", let range = headers["Range"], isRangeWanted(headers["If-Range"]) else {
            return .whole
        }
        return part(range)
    }

    /// `If-Range` lets a range through only for the very version that the client has a part of.
    private func isRangeWanted(_ condition: String?) -> Bool {
        guard let condition else { return true }
        if let date = HTTPDate.seconds(condition) { return date == modified }
        guard let etag else { return false }
        return condition == etag && !EntityTag.isWeak(etag[...])
    }

    /// One range of bytes; what is malformed, or asks for several, gets the whole file.
    private func part(_ text: String) -> Outcome {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].trimmingBlanks.equalsIgnoringCase("bytes") else { return .whole }
        let ends = parts[1].trimmingBlanks.split(
            separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard ends.count == 2, let first = Self.number(ends[0]), let last = Self.number(ends[1]) else {
            return .whole
        }
        switch (first, last) {
        case (nil, nil): return .whole
        case (nil, let count?):
            return count == 0 || size == 0 ? .unsatisfiable : .part(max(0, size - count)..<size)
        case (let start?, let end):
            if let end, end < start { return .whole }
            guard start < size else { return .unsatisfiable }
            return .part(start..<min(size, (end ?? size - 1) + 1))
        }
    }

    /// Nil when it is no number, an inner nil when nothing is there.
    private static func number(_ text: Substring) -> Int?? {
        if text.isEmpty { return .some(nil) }
        guard text.utf8.allSatisfy(HTTPGrammar.isDigit), text.utf8.count <= 18 else { return .none }
        return Int(text)
    }
}
