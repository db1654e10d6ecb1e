/// A recording in Opus and Ogg, with what Discord wants to know of a message that was spoken.
struct VoiceRecording: Sendable, Hashable {
    var seconds: Double
    /// How loud it is over time, at most 256 values.
    var waveform: [UInt8]

    private static let samplesPerSecond = 48_000.0
    private static let mostValues = 256
    /// `OggS`, and where its fields are (RFC 3533 §6).
    private static let mark = Array("OggS".utf8)
    private static let headerBytes = 27
    private static let granulePlace = 6
    private static let segmentsPlace = 26

    /// Nil when the bytes are no Opus in Ogg (RFC 7845).
    init?(_ bytes: [UInt8]) {
        var sizes: [Int] = []
        var lastGranule: UInt64 = 0
        var place = 0
        var isOpus = false
        while place + Self.headerBytes <= bytes.count, bytes[place..<place + 4].elementsEqual(Self.mark) {
            let segments = Int(bytes[place + Self.segmentsPlace])
            let start = place + Self.headerBytes + segments
            guard start <= bytes.count else { break }
            let lengths = bytes[(place + Self.headerBytes)..<start]
            let length = lengths.reduce(0) { $0 + Int($1) }
            if place == 0 { isOpus = bytes.dropFirst(start).starts(with: Array("OpusHead".utf8)) }
            let granule = (0..<8).reduce(UInt64(0)) {
                $0 | UInt64(bytes[place + Self.granulePlace + $1]) << (8 * UInt64($1))
            }
            if granule > lastGranule, granule != .max {
                lastGranule = granule
                sizes += Self.packets(lengths)
            }
            place = start + length
        }
        guard isOpus, lastGranule > 0, lastGranule < 48_000 * 86_400 else { return nil }
        seconds = Double(lastGranule) / Self.samplesPerSecond
        waveform = Self.waveform(sizes)
    }

    /// Sizes of packets: each ends with a piece that is shorter than 255.
    private static func packets(_ lengths: ArraySlice<UInt8>) -> [Int] {
        var sizes: [Int] = []
        var size = 0
        for length in lengths {
            size += Int(length)
            if length < 255 {
                sizes.append(size)
                size = 0
            }
        }
        return sizes
    }

    /// Opus spends more bytes on what is louder: near enough for a picture.
    private static func waveform(_ sizes: [Int]) -> [UInt8] {
        guard let largest = sizes.max(), largest > 0 else { return [0] }
        let count = min(sizes.count, mostValues)
        return (0..<count).map { index in
            let piece = sizes[(index * sizes.count / count)..<((index + 1) * sizes.count / count)]
            return UInt8(255 * (piece.max() ?? 0) / largest)
        }
    }
}
