/// The rules of one time zone, as its file says them (TZif, RFC 9636).
package struct ZoneRules: Sendable {
    /// Moments in seconds since 1970 at which the offset changes, oldest first, and the offsets from then on.
    private var changes: [(at: Int64, offset: Int)] = []
    /// Seconds east of UTC before the first change.
    private var first = 0
    /// For what comes after the last change.
    private let rule: ZoneRule?

    /// A zone whose clocks never change, so many seconds east of UTC.
    package init(offset: Int) {
        first = offset
        rule = nil
    }

    /// Nil for bytes that are not the file of a zone.
    package init?(tzif bytes: [UInt8]) {
        guard let header = Header(bytes, at: 0) else { return nil }
        var (block, width) = (header, 4)
        if header.version >= 2 {
            // The first block is for readers of the eighties: its moments have 32 bits.
            guard let second = Header(bytes, at: header.end(width: 4)) else { return nil }
            (block, width) = (second, 8)
        }
        let end = block.end(width: width)
        guard end <= bytes.count, let offsets = Self.offsets(bytes, block, width) else { return nil }
        first = offsets.first ?? 0
        let typesAt = block.start + block.times * width
        for index in 0..<block.times {
            guard let moment = Self.number(bytes, at: block.start + index * width, width: width),
                offsets.indices.contains(Int(bytes[typesAt + index]))
            else { return nil }
            changes.append((moment, offsets[Int(bytes[typesAt + index])]))
        }
        let footer = width == 8 ? bytes[end...].dropFirst().prefix { $0 != UInt8(ascii: "\n") } : []
        rule = ZoneRule(String(decoding: footer, as: UTF8.self))
    }

    /// Seconds east of UTC at a moment.
    package func offset(at moment: Timestamp) -> Int {
        let seconds = moment.seconds
        guard let last = changes.last, seconds < last.at else {
            return rule?.offset(at: seconds) ?? changes.last?.offset ?? first
        }
        var (low, high) = (0, changes.count)
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].at <= seconds { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? first : changes[low - 1].offset
    }

    // MARK: The file

    /// RFC 9636 §3.1.
    private struct Header {
        let start: Int
        let version: Int
        let universal: Int
        let standard: Int
        let leaps: Int
        let times: Int
        let types: Int
        let letters: Int

        init?(_ bytes: [UInt8], at place: Int) {
            guard place >= 0, bytes.count >= place + 44, bytes[place..<place + 4].elementsEqual("TZif".utf8)
            else {
                return nil
            }
            let counts = (0..<6).compactMap {
                number(bytes, at: place + 20 + $0 * 4, width: 4).map { Int($0) }
            }
            guard counts.count == 6, counts.allSatisfy({ (0...mostEntries).contains($0) }), counts[4] > 0
            else {
                return nil
            }
            start = place + 44
            version = bytes[place + 4] >= UInt8(ascii: "2") ? Int(bytes[place + 4] - UInt8(ascii: "0")) : 1
            (universal, standard, leaps) = (counts[0], counts[1], counts[2])
            (times, types, letters) = (counts[3], counts[4], counts[5])
        }

        func end(width: Int) -> Int {
            start + times * (width + 1) + types * 6 + letters + leaps * (width + 4) + standard + universal
        }
    }

    /// Real files have about 250 of the most.
    private static let mostEntries = 10_000

    private static func offsets(_ bytes: [UInt8], _ block: Header, _ width: Int) -> [Int]? {
        let start = block.start + block.times * (width + 1)
        let offsets = (0..<block.types).compactMap { index in
            number(bytes, at: start + index * 6, width: 4).map { Int($0) }
        }
        // A day and an hour east or west is more than any place on Earth.
        return offsets.count == block.types && offsets.allSatisfy { abs($0) < 26 * 3600 } ? offsets : nil
    }

    /// A signed number, most significant byte first.
    private static func number(_ bytes: [UInt8], at place: Int, width: Int) -> Int64? {
        guard place >= 0, place + width <= bytes.count else { return nil }
        var value: Int64 = bytes[place] >= 0x80 ? -1 : 0
        for byte in bytes[place..<place + width] { value = value << 8 | Int64(byte) }
        return value
    }
}

/// What holds after the last change that a zone's file lists: `CET-1CEST,M3.5.0,M10.5.0/3` (POSIX, RFC 9636 §3.3.1).
struct ZoneRule: Sendable, Hashable {
    private let standard: Int
    private var summer: Summer?

    /// Summer time: its offset, and when it begins and ends.
    private struct Summer: Hashable {
        var offset: Int
        var begins: Change
        var ends: Change
    }

    /// A day of the year, and the seconds after its midnight.
    private struct Change: Hashable {
        enum Day: Hashable {
            /// The `week`th such weekday of the month; 5 is the last.
            case weekday(month: Int, week: Int, day: Int)
            /// From 1, never the leap day.
            case julian(Int)
            /// From 0, with the leap day.
            case ordinal(Int)
        }
        var day: Day
        var seconds: Int
    }

    /// Nil for a text that is not such a rule.
    init?(_ text: String) {
        var rest = Substring(text)
        guard Self.skipName(&rest), let west = Self.time(&rest) else { return nil }
        standard = -west
        guard !rest.isEmpty else { return }
        guard Self.skipName(&rest) else { return nil }
        var offset = standard + 3600
        if rest.first != "," {
            guard let west = Self.time(&rest) else { return nil }
            offset = -west
        }
        guard let begins = Self.change(&rest), let ends = Self.change(&rest), rest.isEmpty else { return nil }
        summer = Summer(offset: offset, begins: begins, ends: ends)
    }

    func offset(at seconds: Int64) -> Int {
        guard let summer else { return standard }
        let year = CivilDay(days: Self.day(of: seconds + Int64(standard))).year
        let begin = Self.moment(summer.begins, year) - Int64(standard)
        let end = Self.moment(summer.ends, year) - Int64(summer.offset)
        let isSummer =
            begin < end ? (begin..<end).contains(seconds) : !(end..<begin).contains(seconds)
        return isSummer ? summer.offset : standard
    }

    // MARK: Days

    private static func day(of seconds: Int64) -> Int64 {
        let (quotient, remainder) = seconds.quotientAndRemainder(dividingBy: 86_400)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// In seconds since 1970 of the place's own clock.
    private static func moment(_ change: Change, _ year: Int64) -> Int64 {
        let newYear = CivilDay(year: year, month: 1, day: 1).days
        let day: Int64
        switch change.day {
        case .ordinal(let number): day = newYear + Int64(number)
        case .julian(let number):
            let isLeap = CivilDay(year: year, month: 2, day: 29).month == 2
            day = newYear + Int64(number - 1) + (isLeap && number >= 60 ? 1 : 0)
        case .weekday(let month, let week, let wanted):
            let first = CivilDay(year: year, month: month, day: 1)
            var found = first.days + Int64((wanted - first.weekday + 7) % 7 + (week - 1) * 7)
            if week == 5, CivilDay(days: found).month != month { found -= 7 }
            day = found
        }
        return day * 86_400 + Int64(change.seconds)
    }

    // MARK: Reading

    private static func skipName(_ rest: inout Substring) -> Bool {
        let before = rest
        if rest.first == "<" {
            rest = rest.drop { $0 != ">" }.dropFirst()
        } else {
            rest = rest.drop { $0.isLetter }
        }
        return rest.count < before.count
    }

    /// `2`, `-3:30`, `+10:30:15`, in seconds.
    private static func time(_ rest: inout Substring) -> Int? {
        var sign = 1
        if let first = rest.first, first == "-" || first == "+" {
            sign = first == "-" ? -1 : 1
            rest = rest.dropFirst()
        }
        guard let hours = number(&rest), hours <= 167 else { return nil }
        var seconds = hours * 3600
        for unit in [60, 1] where rest.first == ":" {
            rest = rest.dropFirst()
            guard let part = number(&rest), part < 60 else { return nil }
            seconds += part * unit
        }
        return sign * seconds
    }

    private static func number(_ rest: inout Substring) -> Int? {
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, digits.count <= 3 else { return nil }
        rest = rest.dropFirst(digits.count)
        return Int(digits)
    }

    /// `,M3.5.0/2`, `,J60`, `,59`.
    private static func change(_ rest: inout Substring) -> Change? {
        guard rest.first == "," else { return nil }
        rest = rest.dropFirst()
        guard let day = day(&rest) else { return nil }
        guard rest.first == "/" else { return Change(day: day, seconds: 7_200) }
        rest = rest.dropFirst()
        return time(&rest).map { Change(day: day, seconds: $0) }
    }

    private static func day(_ rest: inout Substring) -> Change.Day? {
        switch rest.first {
        case "M":
            rest = rest.dropFirst()
            guard let month = number(&rest), (1...12).contains(month), rest.first == "." else { return nil }
            rest = rest.dropFirst()
            guard let week = number(&rest), (1...5).contains(week), rest.first == "." else { return nil }
            rest = rest.dropFirst()
            guard let day = number(&rest), (0...6).contains(day) else { return nil }
            return .weekday(month: month, week: week, day: day)
        case "J":
            rest = rest.dropFirst()
            return number(&rest).flatMap { (1...365).contains($0) ? .julian($0) : nil }
        default:
            return number(&rest).flatMap { (0...365).contains($0) ? .ordinal($0) : nil }
        }
    }
}
