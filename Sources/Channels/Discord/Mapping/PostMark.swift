import Core

/// What the nonce of a message says of it: which gateway posted it, and what it answers.
///
/// Discord tells every session of a bot of its messages, nonces included; so gateways that share a token know each other's.
struct PostMark: Hashable, Sendable {
    /// The gateway's number: 48 bits, the upper 41 of them the millisecond in which it first was on Discord.
    let gateway: UInt64
    /// The newest message that is answered by it; nil where it answers none.
    var answered: Snowflake?
    /// Whether it answers that message alone, and nothing that was said before it.
    var isAside = false

    /// Discord's limit for a nonce; rows of the outbox that are to carry a mark have a key as long as that.
    static let nonceLength = 25
    private static let gatewayDigits = 8
    private static let answeredDigits = 11
    /// One of the three is the first character.
    private static let (answerSign, asideSign, otherSign): (Character, Character, Character) = ("a", "c", "s")
    /// The first second of 2020.
    private static let epoch: Int64 = 1_577_836_800_000

    /// A number for a gateway that has none; later ones are larger.
    static func newGateway(at now: Timestamp, chance: UInt64) -> UInt64 {
        let milliseconds = min(max(epoch, now.milliseconds) - epoch, 1 << 41 - 1)
        return UInt64(milliseconds) << 7 | chance & (1 << 7 - 1)
    }

    /// When a gateway was given its number.
    static func birth(of gateway: UInt64) -> Timestamp {
        Timestamp(milliseconds: Int64(gateway >> 7) + epoch)
    }

    /// The nonce of a message with this mark; the same for the same key, which is hexadecimal digits.
    ///
    /// A key that is shorter than a nonce is of before there were marks, and stays what it is.
    func nonce(key: String) -> String {
        guard key.utf8.count == Self.nonceLength else { return key }
        let gateway = Digits64.text(gateway, digits: Self.gatewayDigits)
        guard let answered else {
            return String(Self.otherSign) + gateway + key.prefix(16)
        }
        let own = UInt64(key.prefix(8), radix: 16) ?? 0
        return String(isAside ? Self.asideSign : Self.answerSign) + gateway
            + Digits64.text(answered.rawValue, digits: Self.answeredDigits) + Digits64.text(own, digits: 5)
    }

    init(gateway: UInt64, answered: Snowflake? = nil, isAside: Bool = false) {
        self.gateway = gateway
        self.answered = answered
        self.isAside = isAside
    }

    /// Nil for a nonce without a mark.
    init?(nonce: String?) {
        guard let nonce, nonce.utf8.count == Self.nonceLength, nonce.count == Self.nonceLength,
            let sign = nonce.first, [Self.answerSign, Self.asideSign, Self.otherSign].contains(sign)
        else { return nil }
        let rest = nonce.dropFirst()
        guard let gateway = Digits64.number(rest.prefix(Self.gatewayDigits)) else { return nil }
        self.gateway = gateway
        guard sign != Self.otherSign else { return }
        let digits = rest.dropFirst(Self.gatewayDigits).prefix(Self.answeredDigits)
        guard let answered = Digits64.number(digits) else { return nil }
        self.answered = Snowflake(rawValue: answered)
        isAside = sign == Self.asideSign
    }
}

/// Numbers of 64 digits, the largest first.
private enum Digits64 {
    private static let digits = Array("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz".utf8)

    /// The number's last digits.
    static func text(_ number: UInt64, digits count: Int) -> String {
        let bytes = (0..<count).reversed().map { digits[Int(number >> UInt64($0 * 6) & 63)] }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Nil for what is no number, or has more than 64 bits.
    static func number(_ text: Substring) -> UInt64? {
        var number: UInt64 = 0
        for byte in text.utf8 {
            guard let digit = digits.firstIndex(of: byte), number >> 58 == 0 else { return nil }
            number = number << 6 | UInt64(digit)
        }
        return number
    }
}
