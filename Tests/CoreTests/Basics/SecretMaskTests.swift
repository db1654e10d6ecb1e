import Core
import TestSupport
import Testing

struct SecretMaskTests {
    private let mask = SecretMask(["tok-0123456789abcdef01", "4711secret", "", "abc"])

    @Test(arguments: [
        ("token tok-0123456789abcdef01 seen", "token tok-01…ef01 seen"),
        ("pin 4711secret here", "pin *** here"),
        ("key sk-ant-api03-abcdefghijkl0123 used", "key sk-ant…0123 used"),
        ("Authorization: Bearer abcdefghijklmnopqrstuvwx", "Authorization: Bearer abcdef…uvwx"),
        ("sent Bearer abcdefgh01234567 to", "sent Bearer…4567 to"),
        ("https://h/v1?alt=sse&key=abcdefgh01234567", "https://h/v1?alt=sse&key=***"),
        (#"{"api_key": "abcdefgh01234567"}"#, #"{"api_key": "***"}"#),
        (#"{"access_token":"abcdefgh0123456789"}"#, #"{"access_token":"abcdef…6789"}"#),
        ("x-api-key: abcdefgh01234567", "x-api-key: ***"),
        ("proxy http://me:hunter2@proxy:8080 failed", "proxy http://me:***@proxy:8080 failed"),
        ("a token eyJhbGciOiJub25lIn0.e30.x seen", "a token eyJhbG…30.x seen"),
        ("http://4711secret:hunter2@proxy", "http://***:***@proxy"),
        ("api_key=abcdefgh4711secret", "api_key=******"),
        ("key=AIzaSyA0123456789abcdef", "key=AIzaSy…cdef"),
    ])
    func `a secret is masked, the rest stays`(line: String, expected: String) {
        #expect(mask.apply(to: line) == expected)
    }

    @Test(arguments: [
        "nothing to hide", "sk-short", "task-manager-is-a-long-word", "abc", "",
        "Bearer authentication is required", "token: something unexpected", "session.key=agent:main:main",
        "max_tokens=1000000000", "the key: abcdefgh01234567", "http://proxy:8080/path@home", "a=b:c=", ":",
        "=",
        "?key=", "mail me@example.com: 12345678", "password: required",
    ])
    func `what is no secret stays as it is`(line: String) {
        #expect(mask.apply(to: line) == line)
    }

    /// Whatever stands around it, cut or doubled, no known secret is left.
    @Test func `no text is too strange`() {
        var chance = SeededGenerator(seed: 77)
        let pieces = [
            "tok-0123456789abcdef01", "4711secret", "Bearer ", "api_key=", "\"token\": \"", "://", "@", ":",
            "=",
            "sk-", "?key=", "eyJ", "\u{0}", "å",
        ]
        for _ in fuzzSeeds() {
            let text = (0..<Int.random(in: 0...12, using: &chance)).map { _ in
                Bool.random(using: &chance)
                    ? pieces.randomElement(using: &chance) ?? "" : Fuzzing.text(using: &chance)
            }.joined()
            let bytes = Fuzzing.mutated(Array(text.utf8), using: &chance)
            let shown = mask.apply(to: String(decoding: bytes, as: UTF8.self))
            #expect(!shown.contains("tok-0123456789abcdef01") && !shown.contains("4711secret"), "\(text)")
        }
    }
}
