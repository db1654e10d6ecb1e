import Core
import Testing

struct SecretTests {
    @Test func `it never prints what it holds`() {
        let secret = Secret("hunter2")

        #expect("\(secret)" == "•••")
        #expect(String(reflecting: secret) == "•••")
        var dumped = ""
        dump(["secret": secret], to: &dumped)
        #expect(!dumped.contains("hunter2"))
        #expect(secret.reveal() == "hunter2")
    }

    @Test(arguments: [
        ("abc", "abc", true), ("abc", "abd", false), ("abc", "ab", false), ("abc", "abcabc", false),
        ("abc", "", false), ("", "", true), ("", "a", false), ("å", "å", true),
        ("a", "aa", false), ("aa", "a", false), ("abc", "xbc", false),
    ])
    func `it matches itself only`(secret: String, other: String, matches: Bool) {
        #expect(Secret(secret).matches(other) == matches)
    }
}
