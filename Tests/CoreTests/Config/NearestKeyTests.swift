import Testing

@testable import Core

struct NearestKeyTests {
    @Test(
        arguments: [
            ("prot", "port"), ("Port", "port"), ("bnd", "bind"), ("trustedProxy", "trustedProxies"),
            ("trustedProxys", "trustedProxies"), ("x", nil), ("atuh", "auth"), ("controlUI", "controlUi"),
            ("foo", nil),
        ] as [(String, String?)])
    func `the word somebody meant is found`(word: String, nearest: String?) {
        #expect(
            NearestKey.of(word, among: ["port", "bind", "auth", "trustedProxies", "controlUi", "mode"])
                == nearest)
    }

    @Test(arguments: [
        ("", "", 0), ("a", "", 1), ("abc", "abc", 0), ("abc", "acb", 1), ("kitten", "sitting", 3),
        ("ab", "ba", 1),
    ])
    func `distances count letters`(a: String, b: String, distance: Int) {
        #expect(NearestKey.distance(a, b) == distance)
        #expect(NearestKey.distance(b, a) == distance)
    }
}
