/// A generation of the wire protocol.
///
/// Both are spoken on one port; each connection agrees on one in its handshake.
enum Generation: Int, Sendable, CaseIterable {
    case three = 3
    case four = 4

    /// The highest generation that lies in the client's range.
    static func highest(from least: Int, to most: Int) -> Generation? {
        if least <= 4, most >= 4 { return .four }
        return least <= 3 && most >= 3 ? .three : nil
    }
}
