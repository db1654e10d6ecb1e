/// Why a request is refused; the connection ends with it.
struct HTTPFailure: Error, Equatable {
    let status: Int
    /// What was wrong, in a few words for the person who reads the answer.
    let reason: String

    static func badRequest(_ reason: String) -> HTTPFailure { HTTPFailure(status: 400, reason: reason) }
}
