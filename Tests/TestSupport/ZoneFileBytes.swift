/// A time zone's file of the second version, with one change long ago and a rule for what comes after it.
package enum ZoneFileBytes {
    /// The rule of Stockholm, and of most of Europe.
    package static let stockholm = "CET-1CEST,M3.5.0,M10.5.0/3"

    package static func of(_ rule: String = stockholm) -> [UInt8] {
        func number(_ value: Int64, _ width: Int) -> [UInt8] {
            (0..<width).map { UInt8(truncatingIfNeeded: value >> Int64(8 * (width - 1 - $0))) }
        }
        func header(times: Int64) -> [UInt8] {
            Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15)
                + [0, 0, 0, times, 2, 4].flatMap { number($0, 4) }
        }
        let types = number(3_600, 4) + [0, 0] + number(7_200, 4) + [1, 0] + Array("CET\0".utf8)
        return header(times: 0) + types + header(times: 1) + number(1_000_000, 8) + [1] + types
            + Array("\n\(rule)\n".utf8)
    }
}
