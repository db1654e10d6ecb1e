import Foundation

/// Random inputs that can be made again from their seed.
enum Fuzz {
    /// `FUZZ_ROUNDS` of the environment, 200 unless told.
    static let rounds = ProcessInfo.processInfo.environment["FUZZ_ROUNDS"].flatMap { Int($0) } ?? 200

    static let requests = [
        #"{"type":"req","id":"q1","method":"chat.send","params":{"sessionKey":"main","message":"hi","idempotencyKey":"k"}}"#,
        #"{"type":"req","id":"c1","method":"connect","params":{"minProtocol":3,"maxProtocol":4,"client":{"id":"cli","version":"1","platform":"linux","mode":"cli"},"role":"operator","scopes":["operator.admin"],"caps":[],"auth":{"token":"t"},"device":{"id":"a","publicKey":"b","signature":"c","signedAt":1,"nonce":"n"}}}"#,
        #"{"type":"req","id":"q2","method":"sessions.list","params":{"limit":1e3,"search":"\u00e5\ud83d\ude00","includeGlobal":true}}"#,
        #"{"type":"cancel","id":"q2"}"#,
    ]

    static let params = [
        "{}", "[]", "null", #"{"sessionKey":"agent:main:main","message":"hi","idempotencyKey":"k"}"#,
        #"{"key":"agent:main:x","label":"l","model":null,"thinkingLevel":"high"}"#,
        #"{"keys":["main",""],"limit":-1}"#,
        #"{"sessionKey":"::::","limit":1000,"offset":9223372036854775807}"#,
        #"{"deviceId":"d","role":"r","scopes":[""]}"#,
        #"{"cursor":9223372036854775807,"limit":5000,"maxBytes":1}"#, #"{"days":"-99999999999"}"#,
        #"{"activeMinutes":9223372036854775807,"search":"%_\"}"#, #"{"requestId":"' OR 1=1"}"#,
    ]

    /// A few bytes changed, taken out, doubled or put in.
    static func mutated(_ bytes: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 0...6, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 24)], at: place)
            case 3: bytes.insert(Array("{}[]\",:\\0-e.".utf8).randomElement(using: &random) ?? 0, at: place)
            default: bytes.removeSubrange(place..<min(bytes.count, place + 9))
            }
        }
        return bytes
    }
}

/// SplitMix64: the same numbers for the same seed on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &+ 0x9E37_79B9_7F4A_7C15 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
