/// The codes of a close frame (RFC 6455 §7.4).
enum CloseCode {
    static let normal = 1000
    /// Longest reason: the 125 bytes of a control frame less the code.
    private static let maxReasonBytes = FrameHeader.maxControlBytes - 2
    static let protocolError = 1002
    /// The close frame had no code; never sent.
    static let none = 1005
    /// The connection ended without a close frame; never sent.
    static let cut = 1006
    static let invalidData = 1007
    static let tooLarge = 1009
    static let tryAgainLater = 1013

    /// Whether a close frame may carry `code`.
    static func isAllowed(_ code: Int) -> Bool {
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }

    /// What a close frame carries: the code and as much of the reason as fits, in whole characters; nothing for 1005.
    static func payload(_ code: Int, _ reason: String) -> [UInt8] {
        guard code != none else { return [] }
        var reason = reason[...]
        while reason.utf8.count > maxReasonBytes { reason.removeLast() }
        return [UInt8(truncatingIfNeeded: code >> 8), UInt8(truncatingIfNeeded: code)] + reason.utf8
    }
}

/// Why a WebSocket connection fails.
struct WebSocketFailure: Error, Equatable {
    let code: Int
    let reason: String

    static func protocolError(_ reason: String) -> WebSocketFailure {
        WebSocketFailure(code: CloseCode.protocolError, reason: reason)
    }

    static let notUTF8 = WebSocketFailure(code: CloseCode.invalidData, reason: "text is not UTF-8")
    static let tooLarge = WebSocketFailure(code: CloseCode.tooLarge, reason: "")
    static let noRoom = WebSocketFailure(
        code: CloseCode.tryAgainLater, reason: "too many large messages at once")
}
