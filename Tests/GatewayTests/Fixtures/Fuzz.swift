import Core
import TestSupport

/// Random inputs that can be made again from their seed.
enum Fuzz {
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

    /// For every method a call that is answered, and that names most of its parameters.
    static let calls: [(method: String, params: String)] = [
        ("config.get", "{}"), ("config.schema", "{}"),
        ("config.set", #"{"raw":"{gateway:{mode:'local'}}","baseHash":"h"}"#),
        ("config.apply", #"{"raw":"{}","baseHash":"h","sessionKey":"main","note":"n","restartDelayMs":5}"#),
        ("config.patch", #"{"raw":"{ui:{assistant:{name:'x'}}}","baseHash":"h","replacePaths":["ui"]}"#),
        ("health", #"{"probe":true}"#), ("status", "{}"), ("system-presence", "{}"), ("last-heartbeat", "{}"),
        ("logs.tail", #"{"cursor":0,"limit":500,"maxBytes":250000}"#),
        ("models.list", #"{"view":"configured","sessionKey":"main","agentId":"main","preparedOnly":true}"#),
        ("models.authStatus", #"{"refresh":true,"agentId":"main"}"#), ("agents.list", "{}"),
        ("agent.identity.get", #"{"agentId":"main","sessionKey":"agent:main:main"}"#),
        (
            "agent",
            #"{"message":"hi","idempotencyKey":"k","agentId":"main","sessionKey":"agent:main:x","thinking":"low","deliver":false,"timeout":5,"attachments":[{"type":"image","mimeType":"image/png","content":"iVBORw=="}],"label":"l","extraSystemPrompt":"p"}"#
        ),
        ("agent.wait", #"{"runId":"r","timeoutMs":1}"#),
        ("channels.status", #"{"probe":false,"timeoutMs":8000}"#),
        ("channels.logout", #"{"channel":"telegram","accountId":"default"}"#),
        (
            "sessions.list",
            #"{"includeGlobal":true,"includeUnknown":true,"limit":200,"offset":1,"activeMinutes":5,"search":"a","label":"l","archived":"all","sortBy":"updatedAt","includeDerivedTitles":true,"includeLastMessage":true}"#
        ),
        ("sessions.preview", #"{"keys":["main","agent:main:x"],"limit":6,"maxChars":120}"#),
        ("sessions.resolve", #"{"label":"l","includeGlobal":true}"#),
        (
            "sessions.patch",
            #"{"key":"agent:main:x","label":"l","thinkingLevel":null,"verboseLevel":"on","model":"fake/fake-1","unread":false,"responseUsage":"off"}"#
        ),
        ("sessions.reset", #"{"key":"agent:main:x","reason":"new"}"#),
        ("sessions.delete", #"{"key":"agent:main:x","deleteTranscript":true,"expectedSessionUpdatedAt":5}"#),
        ("sessions.subscribe", "{}"),
        ("sessions.messages.subscribe", #"{"key":"main","includeApprovals":true}"#),
        ("sessions.messages.unsubscribe", #"{"key":"main"}"#),
        ("chat.history", #"{"sessionKey":"main","limit":20,"offset":3,"maxBytes":65536,"maxChars":100}"#),
        (
            "chat.send",
            #"{"sessionKey":"main","message":"hi","idempotencyKey":"k","deliver":false,"timeoutMs":5,"thinking":"low","queueMode":"steer","fastMode":"auto","expectedLeafEntryId":null,"attachments":[{"type":"image","mimeType":"image/png","fileName":"a","content":"iVBORw=="}]}"#
        ),
        ("chat.abort", #"{"sessionKey":"main","runId":"r"}"#),
        ("chat.inject", #"{"sessionKey":"main","message":"note","label":"l"}"#),
        ("chat.startup", #"{"sessionKey":"main","limit":80,"maxBytes":262144,"cursor":"c"}"#),
        ("chat.metadata", #"{"agentId":"main","sessionKey":"main"}"#), ("device.pair.list", "{}"),
        ("device.pair.approve", #"{"requestId":"r"}"#), ("device.pair.reject", #"{"requestId":"r"}"#),
        ("device.pair.remove", #"{"deviceId":"d"}"#),
        ("device.token.rotate", #"{"deviceId":"d","role":"operator","scopes":["operator.read"]}"#),
        ("device.token.revoke", #"{"deviceId":"d","role":"operator"}"#),
        ("commands.list", #"{"sessionKey":"main","scope":"text","includeArgs":true}"#),
        (
            "cron.list",
            #"{"includeDisabled":true,"limit":50,"offset":0,"enabled":"all","sortBy":"nextRunAtMs"}"#
        ),
        ("cron.status", "{}"), ("skills.status", #"{"agentId":"main"}"#), ("node.list", "{}"),
        (
            "exec.approval.request",
            #"{"id":"a","command":"ls","cwd":"/","host":"gateway","security":"allowlist","ask":"on-miss","agentId":"main","resolvedPath":"/bin/ls","sessionKey":"main","timeoutMs":1,"twoPhase":true}"#
        ),
        ("exec.approval.resolve", #"{"id":"a","decision":"allow-once"}"#),
        ("exec.approval.get", #"{"id":"a"}"#),
        ("exec.approval.waitDecision", #"{"id":"a"}"#), ("exec.approvals.get", "{}"),
        (
            "exec.approvals.set",
            #"{"file":{"version":1,"defaults":{"security":"full"},"agents":{"main":{"allowlist":[{"pattern":"/bin/ls"}]}}},"baseHash":"h"}"#
        ),
        ("exec.approval.list", "{}"), ("tools.catalog", #"{"agentId":"main","includePlugins":true}"#),
        ("usage.cost", #"{"days":30}"#), ("usage.status", "{}"),
    ]

    /// What nobody should send, and somebody will.
    static let hostile: [JSON] = [
        .null, true, .integer(.max), .integer(.min), -1, 0, .number(1e308), .number(-0.5),
        .number(.leastNonzeroMagnitude),
        "",
        " ", .string(String(repeating: "a", count: 100_000)), "\u{0}\u{1F}\u{7F}",
        "é\u{301}😀\u{202E}\u{FEFF}",
        "../../etc/passwd", "agent:::", "agent:main:main", "' OR 1=1 --", "${HOME}", "__proto__", [], [:],
        .array(Array(repeating: [], count: 5_000)), [[[[[[[[[["deep"]]]]]]]]]], ["": ["": .null]],
        .object(JSONObject((0..<2_000).map { ("k\($0)", JSON.integer(Int64($0))) })),
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
